//! Enterprise-binding owns the registry of enterprises, the bindings of people to them and the decisions over both: it answers "may
//! this person act for this enterprise?". It logs nobody in and sends nothing itself.
//!
//! ```text
//! ops ──rows──▶ import_enterprises ──▶ enterprises ◀── look_up_enterprise ◀── pages
//!                     │ displaces          │ names
//!                     ▼                    ▼
//!                  bindings ◀── refresh_bindings · submit_application · decide_application · expire_applications
//!                     │                                    │
//!                     └── switch_enterprise ─▶ identity     └── outbox ─▶ messaging: messages and to-dos
//! ```
//! Everything that is decided for one enterprise is decided under the lock of its row, one after the other; what a rule reads, it reads
//! under that lock.

mod app;
mod clients;
mod config;
mod domain;
mod error;
mod rpc;
mod store;

use std::sync::Arc;

use shiming_crypto::{Keyring, Sealer};
use shiming_kernel::{IdSource, SharedClock, SystemClock};
use shiming_proto::enterprise::v1::application_service_server::ApplicationServiceServer;
use shiming_proto::enterprise::v1::binding_service_server::BindingServiceServer;
use shiming_proto::enterprise::v1::registry_service_server::RegistryServiceServer;
use shiming_rpc::{Connector, Listeners, PolicyTable, RemoteSessions, ServerBuilder};
use shiming_runtime::Shutdown;
use shiming_store::{EventSink, Relay, RelayConfig, Retention, RetentionConfig, Store};

use app::{App, Rules};
use clients::{MessagingSink, RemoteIdentity};
pub use config::{ApplicationsConfig, BindingsConfig, Config, DEFAULT, Peers, RegistryConfig};
use domain::SubmissionRules;
use store::Vault;

/// The name by which other services know this one.
pub const NAME: &str = "enterprise-binding";

/// The services of the contract that are served here.
pub const SERVICES: &[&str] = &[
    "shiming.enterprise.v1.RegistryService",
    "shiming.enterprise.v1.BindingService",
    "shiming.enterprise.v1.ApplicationService",
];

/// Enterprise-binding, ready to be mounted on a server.
pub struct EnterpriseBinding {
    app: Arc<App>,
    messaging: Arc<dyn EventSink>,
    sweep_interval: std::time::Duration,
}

impl EnterpriseBinding {
    /// Opens the database and the channels to identity and messaging, which need not be up yet.
    pub async fn build(config: &Config, clock: SharedClock, shutdown: &Shutdown) -> anyhow::Result<Self> {
        let keyring = Keyring::from_config(&config.keyring)?;
        let sealer = Sealer::new(&keyring, NAME)?;
        let store = Store::connect(&config.store, clock.clone(), sealer.clone()).await?;
        store.migrate::<store::Migrator>().await?;
        let connector = Connector::new(NAME, shutdown)?;
        let identity = RemoteIdentity::new(connector.connect(&config.peers.identity)?, clock.clone());
        let messaging = MessagingSink::new(connector.connect(&config.peers.messaging)?);
        let app = App {
            store,
            vault: Vault::new(&keyring, sealer)?,
            ids: IdSource::new(clock),
            identity: Arc::new(identity),
            rules: rules(config),
        };
        Ok(Self {
            app: Arc::new(app),
            messaging: Arc::new(messaging),
            sweep_interval: config.applications.sweep_interval.get(),
        })
    }

    /// Adds enterprise-binding's services to a server.
    #[must_use]
    pub fn mount(&self, server: ServerBuilder) -> ServerBuilder {
        server
            .add(RegistryServiceServer::new(rpc::RegistryApi(Arc::clone(&self.app))))
            .add(BindingServiceServer::new(rpc::BindingApi(Arc::clone(&self.app))))
            .add(ApplicationServiceServer::new(rpc::ApplicationApi(Arc::clone(&self.app))))
    }

    /// Starts what runs beside the calls: the relay of events, the sweep of lapsed applications, retention.
    pub fn start(&self, shutdown: &Shutdown) {
        let store = &self.app.store;
        let relay = Relay::new(store.clone(), Arc::clone(&self.messaging), RelayConfig::default());
        shutdown.spawn("enterprise-binding.relay", relay.run(shutdown.soft()));
        let retention = Retention::new(store.clone(), RetentionConfig::default());
        shutdown.spawn("enterprise-binding.retention", retention.run(shutdown.soft()));
        let sweep = app::sweep(Arc::clone(&self.app), self.sweep_interval, shutdown.clone());
        shutdown.spawn("enterprise-binding.sweep", sweep);
    }

    /// Lets overdue applications lapse now, and tells how many that were.
    pub async fn sweep(&self) -> anyhow::Result<u64> {
        Ok(app::expire_applications(&self.app).await?)
    }
}

impl std::fmt::Debug for EnterpriseBinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnterpriseBinding").finish_non_exhaustive()
    }
}

fn rules(config: &Config) -> Rules {
    Rules {
        submission: SubmissionRules {
            cool_down: config.applications.cool_down.get(),
            admits_minors: config.bindings.admits_minors,
        },
        application_lifetime: config.applications.lifetime.get(),
        step_up_max_age: config.bindings.step_up_max_age.get(),
        lookups_per_day: config.registry.lookups_per_day,
        import_chunk: config.registry.import_chunk,
    }
}

/// Runs enterprise-binding as a process of its own; returns when everything is started.
pub async fn run(config: Config, shutdown: Shutdown) -> anyhow::Result<()> {
    let service = EnterpriseBinding::build(&config, Arc::new(SystemClock), &shutdown).await?;
    let identity = Connector::new(NAME, &shutdown)?.connect(&config.peers.identity)?;
    let sessions = Arc::new(RemoteSessions::new(identity));
    let server =
        ServerBuilder::new(NAME, &config.listen, PolicyTable::of(SERVICES)?, sessions, shutdown.clone());
    service.start(&shutdown);
    service.mount(server).spawn(Listeners::bind(&config.listen).await?);
    Ok(())
}
