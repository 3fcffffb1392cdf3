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
use std::time::Duration;

use shiming_proto::enterprise::v1::application_service_server::ApplicationServiceServer;
use shiming_proto::enterprise::v1::binding_service_server::BindingServiceServer;
use shiming_proto::enterprise::v1::registry_service_server::RegistryServiceServer;
use shiming_rpc::ServerBuilder;
use shiming_service::{Frame, Jobs, Service};

use app::App;
use clients::RemoteIdentity;
pub use config::{ApplicationsConfig, BindingsConfig, RegistryConfig, Settings};
use store::Vault;

/// The service.
pub struct EnterpriseBinding {
    app: Arc<App>,
    sweep_interval: Duration,
}

impl Service for EnterpriseBinding {
    const NAME: &'static str = "enterprise-binding";
    const DEFAULT: &'static str = include_str!("../config/default.toml");
    const PEERS: &'static [&'static str] = &["identity", "messaging"];
    type Settings = Settings;
    type Migrations = store::Migrator;

    async fn build(own: &Settings, frame: &Frame) -> anyhow::Result<Self> {
        let app = App {
            store: frame.store.clone(),
            vault: Vault::new(&frame.keyring, frame.sealer.clone())?,
            ids: frame.ids(),
            identity: Arc::new(RemoteIdentity::new(frame.peer("identity")?, frame.clock())),
            rules: own.rules(),
        };
        Ok(Self { app: Arc::new(app), sweep_interval: own.applications.sweep_interval.get() })
    }

    fn mount(&self, server: ServerBuilder) -> ServerBuilder {
        let app = || Arc::clone(&self.app);
        server
            .add(RegistryServiceServer::new(rpc::RegistryApi(app())))
            .add(BindingServiceServer::new(rpc::BindingApi(app())))
            .add(ApplicationServiceServer::new(rpc::ApplicationApi(app())))
    }

    fn jobs(self: &Arc<Self>, jobs: &Jobs) {
        let app = Arc::clone(&self.app);
        jobs.every("sweep", self.sweep_interval, move || app::sweep(Arc::clone(&app)));
    }
}

impl EnterpriseBinding {
    /// Lets overdue applications lapse now, and tells how many that were.
    pub async fn sweep(&self) -> anyhow::Result<u64> {
        Ok(app::expire_applications(&self.app).await?)
    }
}
