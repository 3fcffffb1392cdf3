//! Identity: persons, collection, login, sessions, one-time codes, consent ledger.
//!
//! It owns who somebody is and that it is they who are here; it knows no face maths (face-auth) and no enterprise rule (enterprise-binding).
//!
//! ```text
//! rpc ─▶ app ─▶ store    persons, collections, consents, wrong tries, face checks; audit, outbox, answers
//!            ├▶ cache    sessions by token hash, codes as keyed hashes, sendings per phone
//!            ├▶ clients  face-auth (face sessions), messaging (text messages, events)
//!            └▶ domain   steps of a collection, lives of codes and sessions, profile, consent texts
//! ```

pub mod clients;
pub mod error;

mod app;
mod config;
mod domain;
mod rpc;
mod store;

use std::sync::Arc;
use std::time::Duration;

use shiming_proto::identity::v1::collection_service_server::CollectionServiceServer;
use shiming_proto::identity::v1::consent_service_server::ConsentServiceServer;
use shiming_proto::identity::v1::login_service_server::LoginServiceServer;
use shiming_proto::identity::v1::person_service_server::PersonServiceServer;
use shiming_proto::identity::v1::session_service_server::SessionServiceServer;
use shiming_proto::identity::v1::step_up_service_server::StepUpServiceServer;
use shiming_rpc::{ServerBuilder, SessionResolver};
use shiming_service::{Frame, Jobs, Service};

use app::{App, sending::Sending};
use clients::Neighbours;
pub use config::{Rules, Settings};
use store::{Vault, persons};

const ERASE_EVERY: Duration = Duration::from_secs(30);

/// The service.
pub struct Identity {
    app: Arc<App>,
}

impl Service for Identity {
    const NAME: &'static str = "identity";
    const DEFAULT: &'static str = include_str!("../config/default.toml");
    const PEERS: &'static [&'static str] = &["face-auth", "messaging"];
    const SEAL: &'static str = "identity store";
    type Settings = Settings;
    type Migrations = store::Migrator;

    async fn build(own: &Settings, frame: &Frame) -> anyhow::Result<Self> {
        Self::beside(Neighbours::of(frame)?, own, frame)
    }

    fn mount(&self, server: ServerBuilder) -> ServerBuilder {
        let app = || Arc::clone(&self.app);
        server
            .add(CollectionServiceServer::new(rpc::CollectionApi(app())))
            .add(ConsentServiceServer::new(rpc::ConsentApi(app())))
            .add(LoginServiceServer::new(rpc::LoginApi(app())))
            .add(PersonServiceServer::new(rpc::PersonApi(app())))
            .add(SessionServiceServer::new(rpc::SessionApi(app())))
            .add(StepUpServiceServer::new(rpc::StepUpApi(app())))
    }

    fn jobs(self: &Arc<Self>, jobs: &Jobs) {
        let (erasing, forgetful) = (Arc::clone(&self.app), Arc::clone(&self.app));
        jobs.now_and_every("erasures", ERASE_EVERY, move || app::erase_pending(Arc::clone(&erasing)));
        jobs.now_and_then("forget", move || app::forget(Arc::clone(&forgetful)));
    }

    /// Straight from the cache.
    fn sessions(self: &Arc<Self>, _frame: &Frame) -> anyhow::Result<Arc<dyn SessionResolver>> {
        Ok(Arc::new(rpc::LocalSessions(Arc::clone(&self.app))))
    }
}

impl Identity {
    /// With these neighbours in place of the configured ones.
    pub fn beside(neighbours: Neighbours, own: &Settings, frame: &Frame) -> anyhow::Result<Self> {
        let Neighbours { face, face_data, sms } = neighbours;
        let vault = Vault::new(&frame.keyring)?;
        let app = App {
            store: frame.store.clone(),
            cache: frame.cache()?,
            decoy: persons::Decoy::new(&vault, frame.store.now())?,
            vault,
            rules: own.rules.clone(),
            face,
            face_data,
            sms,
            sending: Sending::new(own.rules.sms_in_flight),
            shutdown: frame.shutdown.clone(),
        };
        Ok(Self { app: Arc::new(app) })
    }
}
