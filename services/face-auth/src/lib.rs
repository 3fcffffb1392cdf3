//! Face-auth owns face sessions, the comparison with the authority's reference faces, and the limits on attempts. It knows neither
//! phones nor login sessions.
//!
//! ```text
//! identity ──create_face_session──▶ session (purpose, subject, identity, capture token)
//!  gateway ──issue_challenge──▶ what to do before the camera, for one capture
//!  gateway ──submit_capture──▶ frames ─▶ engine ─▶ alive? ─▶ the person? ─▶ outcome, or a counted refusal; the frames are gone
//! identity ──redeem_face_result──▶ the outcome, once, signed
//! operator ──import_references──▶ sealed templates; the photos are gone
//! ```

mod app;
mod clients;
mod config;
mod domain;
mod error;
mod rpc;
mod store;

use std::sync::Arc;
use std::time::Duration;

use shiming_crypto::StatementKey;
use shiming_proto::face::v1::authority_service_server::AuthorityServiceServer;
use shiming_proto::face::v1::demo_authority_service_server::DemoAuthorityServiceServer;
use shiming_proto::face::v1::face_data_service_server::FaceDataServiceServer;
use shiming_proto::face::v1::face_limit_service_server::FaceLimitServiceServer;
use shiming_proto::face::v1::face_session_service_server::FaceSessionServiceServer;
use shiming_rpc::ServerBuilder;
use shiming_service::{Frame, Jobs, Service};

use app::{App, BuiltInAuthority};
use clients::authority::{Authorities, Authority};
pub use config::*;
use store::Vault;

/// What a message may have beside its picture.
const BESIDE_THE_PICTURE: usize = 64 * 1024;
const COUNT_EVERY: Duration = Duration::from_mins(30);

/// The service.
pub struct FaceAuth {
    app: Arc<App>,
    has_demo: bool,
    max_message: usize,
}

impl Service for FaceAuth {
    const NAME: &'static str = "face-auth";
    const DEFAULT: &'static str = include_str!("../config/default.toml");
    const PEERS: &'static [&'static str] = &["messaging"];
    type Settings = Settings;
    type Migrations = store::Migrator;

    /// A missing or altered model is an error that says what to do.
    async fn build(own: &Settings, frame: &Frame) -> anyhow::Result<Self> {
        let engine = app::start_engine(&own.engine).await?;
        let (store, vault) = (frame.store.clone(), Vault::new(&frame.keyring)?);
        let built_in: Arc<dyn Authority> = Arc::new(BuiltInAuthority::new(&store, &vault, &engine));
        let app = App {
            authorities: Authorities::new(own, &built_in, &frame.connector, &frame.clock())?,
            results: StatementKey::new(&frame.keyring, "face.result")?,
            ids: frame.ids(),
            rules: own.rules(&engine)?,
            privacy: own.privacy(),
            judgements: tokio_util::task::TaskTracker::new(),
            arrivals: app::Arrivals::new(own.arriving()),
            room: Arc::new(tokio::sync::Semaphore::new(own.limits.captures_at_once)),
            demo_citizens: own.demo_citizens()?,
            store,
            vault,
            engine,
        };
        let max_message = own.engine.limits.max_bytes + BESIDE_THE_PICTURE;
        Ok(Self { app: Arc::new(app), has_demo: own.demo.is_some(), max_message })
    }

    fn mount(&self, server: ServerBuilder) -> ServerBuilder {
        let (app, most) = (|| Arc::clone(&self.app), self.max_message);
        let server = server
            .add(FaceSessionServiceServer::new(rpc::FaceSessionApi(app())).max_decoding_message_size(most))
            .add(FaceLimitServiceServer::new(rpc::FaceLimitApi(app())))
            .add(AuthorityServiceServer::new(rpc::AuthorityApi(app())).max_decoding_message_size(most))
            .add(FaceDataServiceServer::new(rpc::FaceDataApi(app())));
        if !self.has_demo {
            return server;
        }
        let demo = DemoAuthorityServiceServer::new(rpc::DemoAuthorityApi(app()));
        server.add(demo.max_decoding_message_size(most))
    }

    fn jobs(self: &Arc<Self>, jobs: &Jobs) {
        let app = || Arc::clone(&self.app);
        let (forgetful, counting) = (app(), app::PeopleWatch::new(app()));
        jobs.now_and_then("forget", move || app::forget(Arc::clone(&forgetful)));
        jobs.now_and_every("people", COUNT_EVERY, move || counting.clone().look());
        jobs.at_end("judgements", app::finish_judgements(app()));
    }
}
