//! Messaging owns the inbox, the to-dos, the templates and the delivery of text messages. It decides nothing: the services that decide
//! say in their events whom to tell what.
//!
//! ```text
//! identity, enterprise-binding ──events (at least once)──▶ deliver_events ──▶ messages, todos (once)
//!                     pages ◀──── list, read, counts, live ────┘
//!                  identity ──one-time codes──▶ send_sms ──▶ provider
//! ```

mod app;
mod clients;
mod config;
mod domain;
mod error;
mod rpc;
mod store;

use std::sync::Arc;

use shiming_crypto::MacKey;
use shiming_proto::messaging::v1::demo_sms_service_server::DemoSmsServiceServer;
use shiming_proto::messaging::v1::event_service_server::EventServiceServer;
use shiming_proto::messaging::v1::inbox_service_server::InboxServiceServer;
use shiming_proto::messaging::v1::sms_service_server::SmsServiceServer;
use shiming_rpc::ServerBuilder;
use shiming_service::{Frame, Jobs, Service};

use app::App;
use clients::sms::{ConsoleSms, provider};
pub use config::{Settings, SmsConfig, SmsProviderName, TencentConfig};

/// The service.
pub struct Messaging {
    app: Arc<App>,
    demo_phone: Option<Arc<ConsoleSms>>,
}

impl Service for Messaging {
    const NAME: &'static str = "messaging";
    const DEFAULT: &'static str = include_str!("../config/default.toml");
    const PEERS: &'static [&'static str] = &["identity"];
    type Settings = Settings;
    type Migrations = store::Migrator;

    async fn build(own: &Settings, frame: &Frame) -> anyhow::Result<Self> {
        let console = Arc::new(ConsoleSms::new(frame.clock()));
        let app = App {
            store: frame.store.clone(),
            cache: frame.cache()?,
            ids: frame.ids(),
            sms: provider(&own.sms, &console, frame.clock())?,
            sms_fingerprints: MacKey::new(&frame.keyring, "sms.fingerprint")?,
        };
        Ok(Self { app: Arc::new(app), demo_phone: own.sms.demo_phone.then_some(console) })
    }

    fn mount(&self, server: ServerBuilder) -> ServerBuilder {
        let app = || Arc::clone(&self.app);
        let server = server
            .add(EventServiceServer::new(rpc::EventApi(app())))
            .add(InboxServiceServer::new(rpc::InboxApi(app())))
            .add(SmsServiceServer::new(rpc::SmsApi(app())));
        match &self.demo_phone {
            Some(phone) => server.add(DemoSmsServiceServer::new(rpc::DemoSmsApi(Arc::clone(phone)))),
            None => server,
        }
    }

    fn jobs(self: &Arc<Self>, jobs: &Jobs) {
        let app = Arc::clone(&self.app);
        jobs.now_and_then("forget", move || app::forget(Arc::clone(&app)));
    }
}
