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

use shiming_crypto::{Keyring, MacKey, Sealer};
use shiming_kernel::{IdSource, SharedClock, SystemClock};
use shiming_proto::messaging::v1::demo_sms_service_server::DemoSmsServiceServer;
use shiming_proto::messaging::v1::event_service_server::EventServiceServer;
use shiming_proto::messaging::v1::inbox_service_server::InboxServiceServer;
use shiming_proto::messaging::v1::sms_service_server::SmsServiceServer;
use shiming_rpc::{Connector, Listeners, PolicyTable, RemoteSessions, ServerBuilder};
use shiming_runtime::Shutdown;
use shiming_store::{Retention, RetentionConfig, Store};

use app::App;
use clients::sms::{ConsoleSms, SmsProvider, TencentSms};
pub use config::{Config, DEFAULT, Peers, SmsConfig, SmsProviderName, TencentConfig};

/// The name by which other services know this one.
pub const NAME: &str = "messaging";

/// The services of the contract that are served here.
pub const SERVICES: &[&str] = &[
    "shiming.messaging.v1.EventService",
    "shiming.messaging.v1.InboxService",
    "shiming.messaging.v1.SmsService",
    "shiming.messaging.v1.DemoSmsService",
];

/// Messaging, ready to be mounted on a server.
pub struct Messaging {
    app: Arc<App>,
    demo_phone: Option<Arc<ConsoleSms>>,
}

impl Messaging {
    /// Opens the database, the cache and the SMS provider.
    pub async fn build(config: &Config, clock: SharedClock) -> anyhow::Result<Self> {
        let keyring = Keyring::from_config(&config.keyring)?;
        let store = Store::connect(&config.store, clock.clone(), Sealer::new(&keyring, NAME)?).await?;
        store.migrate::<store::Migrator>().await?;
        let cache = shiming_cache::connect(&config.cache, clock.clone())?;
        let console = Arc::new(ConsoleSms::new(clock.clone()));
        let sms: Arc<dyn SmsProvider> = match (config.sms.provider, &config.sms.tencent) {
            (SmsProviderName::Tencent, Some(account)) => {
                Arc::new(TencentSms::new(account.clone(), clock.clone())?)
            }
            (SmsProviderName::Tencent, None) => anyhow::bail!("sms.tencent is missing"),
            (SmsProviderName::Console, _) => Arc::clone(&console) as Arc<dyn SmsProvider>,
        };
        let app = App {
            store,
            cache,
            ids: IdSource::new(clock.clone()),
            clock,
            sms,
            sms_fingerprints: MacKey::new(&keyring, "sms.fingerprint")?,
        };
        Ok(Self { app: Arc::new(app), demo_phone: config.sms.demo_phone.then_some(console) })
    }

    /// Adds messaging's services to a server.
    #[must_use]
    pub fn mount(&self, server: ServerBuilder) -> ServerBuilder {
        let server = server
            .add(EventServiceServer::new(rpc::EventApi(Arc::clone(&self.app))))
            .add(InboxServiceServer::new(rpc::InboxApi(Arc::clone(&self.app))))
            .add(SmsServiceServer::new(rpc::SmsApi(Arc::clone(&self.app))));
        match &self.demo_phone {
            Some(phone) => server.add(DemoSmsServiceServer::new(rpc::DemoSmsApi(Arc::clone(phone)))),
            None => server,
        }
    }

    /// Starts what runs beside the calls: retention.
    pub fn start(&self, shutdown: &Shutdown) {
        let shared = Retention::new(self.app.store.clone(), RetentionConfig::default());
        shutdown.spawn("messaging.retention", shared.run(shutdown.soft()));
        shutdown.spawn("messaging.own_retention", app::retain(Arc::clone(&self.app), shutdown.soft()));
    }
}

impl std::fmt::Debug for Messaging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Messaging").finish_non_exhaustive()
    }
}

/// Runs messaging as a process of its own; returns when everything is started.
pub async fn run(config: Config, shutdown: Shutdown) -> anyhow::Result<()> {
    let service = Messaging::build(&config, Arc::new(SystemClock)).await?;
    let identity = Connector::new(NAME, &shutdown)?.connect(&config.peers.identity)?;
    let sessions = Arc::new(RemoteSessions::new(identity));
    let server =
        ServerBuilder::new(NAME, &config.listen, PolicyTable::of(SERVICES)?, sessions, shutdown.clone());
    service.start(&shutdown);
    service.mount(server).spawn(Listeners::bind(&config.listen).await?);
    Ok(())
}
