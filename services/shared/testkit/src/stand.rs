//! A service on a free port, with a clock that stands still until it is moved.

use std::net::SocketAddr;
use std::sync::Arc;

use shiming_crypto::KeyringConfig;
use shiming_kernel::ManualClock;
use shiming_rpc::{ClientChannel, Connector, Listeners, SessionResolver};
use shiming_runtime::Shutdown;
use shiming_runtime::config::PeerConfig;
use shiming_service::{ConfigOf, Opened, Service, load_over};
use toml::{Table, Value};

use crate::TestDatabase;

/// One replica of a service. It ends, without waiting for anybody, when it is dropped.
#[derive(Debug)]
pub struct Stand<S: Service> {
    /// The service as it runs.
    pub opened: Opened<S>,
    /// The service's clock.
    pub clock: Arc<ManualClock>,
    /// What it was told.
    pub config: ConfigOf<S>,
    /// Its process's life.
    pub shutdown: Shutdown,
    peer: PeerConfig,
}

impl<S: Service> Drop for Stand<S> {
    fn drop(&mut self) {
        self.shutdown.begin();
        self.shutdown.hard().cancel();
    }
}

impl<S: Service> Stand<S> {
    /// The service's defaults on `database`, with fresh keys, as the embedded mode has them. Nobody answers where its peers should be.
    pub fn config(database: &TestDatabase) -> ConfigOf<S> {
        Self::config_with(database, "")
    }

    /// The same with settings on top, in TOML.
    pub fn config_with(database: &TestDatabase, settings: &str) -> ConfigOf<S> {
        let peers = S::PEERS.iter().map(|name| {
            let peer = Table::from_iter([("uri".to_owned(), "http://127.0.0.1:1".into())]);
            (name.replace('-', "_"), Value::Table(peer))
        });
        let keyring = Value::try_from(KeyringConfig::generate()).expect("keys are TOML");
        let fixed = format!(
            "listen = {{ grpc = \"127.0.0.1:0\", admin = \"127.0.0.1:0\", plaintext_loopback = true }}\nstore.url = \"{}\"\n{settings}",
            database.url()
        );
        let mut table: Table = fixed.parse().expect("settings are TOML");
        table.insert("keyring".to_owned(), keyring);
        table.insert("peers".to_owned(), Value::Table(peers.collect()));
        load_over::<S>(&table).expect("the defaults hold")
    }

    /// Opens and serves it. Its jobs wait for [`Opened::start`].
    pub async fn start(config: ConfigOf<S>, clock: Arc<ManualClock>) -> Self {
        let shutdown = Shutdown::new();
        let opened = Self::open(&config, &clock, &shutdown).await;
        let sessions = opened.sessions().expect("sessions");
        Self::serve(opened, sessions, config, clock, shutdown).await
    }

    /// The same with sessions that a test makes up.
    pub async fn start_with(
        config: ConfigOf<S>,
        clock: Arc<ManualClock>,
        sessions: Arc<dyn SessionResolver>,
    ) -> Self {
        let shutdown = Shutdown::new();
        let opened = Self::open(&config, &clock, &shutdown).await;
        Self::serve(opened, sessions, config, clock, shutdown).await
    }

    async fn open(config: &ConfigOf<S>, clock: &Arc<ManualClock>, shutdown: &Shutdown) -> Opened<S> {
        shiming_runtime::install_crypto_provider();
        Opened::open(config, Arc::<ManualClock>::clone(clock), shutdown).await.expect("the service opens")
    }

    /// Around a service that was opened otherwise.
    pub async fn serve(
        opened: Opened<S>,
        sessions: Arc<dyn SessionResolver>,
        config: ConfigOf<S>,
        clock: Arc<ManualClock>,
        shutdown: Shutdown,
    ) -> Self {
        let listeners = Listeners::loopback().await.expect("a free port");
        let address: SocketAddr = listeners.grpc_address().expect("an address");
        opened.serve_with(sessions, listeners).expect("the service serves");
        let peer = PeerConfig::plaintext(format!("http://{address}"));
        Self { opened, clock, config, shutdown, peer }
    }

    /// A channel to it in the name of `caller`.
    pub fn channel(&self, caller: &'static str) -> ClientChannel {
        let connector = Connector::new(caller, &self.shutdown).expect("the contract's policies");
        connector.connect(&self.peer).expect("a loopback address")
    }
}
