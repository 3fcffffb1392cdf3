//! A service that is put together and waits for its server.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use shiming_kernel::SharedClock;
use shiming_rpc::{Listeners, PolicyTable, Readiness, ServerBuilder, SessionResolver};
use shiming_runtime::Shutdown;
use shiming_runtime::config::ListenConfig;
use shiming_store::{Relay, RelayConfig, Retention, RetentionConfig, Store};

use crate::readiness::{AllReady, StoresAnswer};
use crate::{AuditApi, ConfigOf, Frame, IDENTITY, Jobs, MESSAGING, MessagingSink, Service};

/// A built service with its frame. Nothing runs before [`start`](Self::start).
#[derive(Debug)]
pub struct Opened<S> {
    service: Arc<S>,
    frame: Frame,
    listen: ListenConfig,
    relay: RelayConfig,
    retention: RetentionConfig,
}

impl<S: Service> Opened<S> {
    /// Opens the store, the cache and the channels that `config` names, and builds the service on them.
    pub async fn open(config: &ConfigOf<S>, clock: SharedClock, shutdown: &Shutdown) -> anyhow::Result<Self> {
        let frame = Frame::open::<S>(config, clock, shutdown).await.context(S::NAME)?;
        let service = S::build(&config.own, &frame).await.context(S::NAME)?;
        Ok(Self::around(service, frame, config))
    }

    /// Around a service that was built otherwise.
    pub fn around(service: S, frame: Frame, config: &ConfigOf<S>) -> Self {
        let (relay, retention) = (config.relay, config.retention);
        Self { service: Arc::new(service), frame, listen: config.listen.clone(), relay, retention }
    }

    /// The service itself.
    pub fn service(&self) -> &Arc<S> {
        &self.service
    }

    /// Its database.
    pub fn store(&self) -> &Store {
        &self.frame.store
    }

    /// Adds what it serves to a server.
    #[must_use]
    pub fn mount(&self, server: ServerBuilder) -> ServerBuilder {
        self.service.mount(server)
    }

    /// Who tells whose session a token opens.
    pub fn sessions(&self) -> anyhow::Result<Arc<dyn SessionResolver>> {
        self.service.sessions(&self.frame)
    }

    /// Whether its database and its cache answer.
    pub fn readiness(&self) -> Arc<dyn Readiness> {
        Arc::new(StoresAnswer::new(self.frame.store.clone(), self.frame.known_cache()))
    }

    /// Its audit chain, with its name.
    pub fn chain(&self) -> (&'static str, Store) {
        (S::NAME, self.frame.store.clone())
    }

    /// Starts what runs beside the calls: the relay of events, where messaging is a peer, retention, and the service's own jobs.
    pub fn start(&self) -> anyhow::Result<()> {
        let (store, shutdown) = (&self.frame.store, &self.frame.shutdown);
        let pace = Duration::from_mins(self.retention.every_minutes.max(1));
        let jobs = Jobs::new(S::NAME, shutdown, pace);
        if S::PEERS.contains(&MESSAGING) {
            let sink = Arc::new(MessagingSink::new(
                self.frame.peer(MESSAGING)?,
                S::PEERS.contains(&IDENTITY).then(|| self.frame.peer(IDENTITY)).transpose()?,
            ));
            let relay = Relay::new(store.clone(), sink, self.relay);
            jobs.until_stopped("relay", |stop| relay.run(stop));
        }
        let retention = Retention::new(store.clone(), self.retention);
        jobs.until_stopped("retention", |stop| retention.run(stop));
        self.service.jobs(&jobs);
        Ok(())
    }

    /// Starts it and serves it alone, as a task of the process.
    pub fn serve(&self, listeners: Listeners) -> anyhow::Result<()> {
        self.serve_with(self.sessions()?, listeners)?;
        self.start()
    }

    /// Serves it alone, with sessions of somebody else's, and starts nothing.
    pub fn serve_with(&self, sessions: Arc<dyn SessionResolver>, listeners: Listeners) -> anyhow::Result<()> {
        let shutdown = self.frame.shutdown.clone();
        let server = ServerBuilder::new(S::NAME, &self.listen, PolicyTable::contract()?, sessions, shutdown);
        let server = AuditApi::of([self.chain()]).mount(self.mount(server));
        server.ready_when(self.readiness()).spawn(listeners);
        Ok(())
    }
}

/// Ready when all of several are.
pub fn all_ready(several: Vec<Arc<dyn Readiness>>) -> Arc<dyn Readiness> {
    Arc::new(AllReady(several))
}
