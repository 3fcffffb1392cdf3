//! What a service is built with.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use shiming_cache::SharedCache;
use shiming_crypto::{Keyring, Sealer};
use shiming_kernel::{IdSource, SharedClock};
use shiming_rpc::{ClientChannel, Connector, NoSessions, RemoteSessions, SessionResolver};
use shiming_runtime::Shutdown;
use shiming_runtime::config::PeerConfig;
use shiming_store::Store;

use crate::config::peer_key;
use crate::{Config, ConfigOf, IDENTITY, Service};

/// The things every service works with, opened. Other services need not be up: that shows per call.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The database, migrated. Its clock is the service's.
    pub store: Store,
    /// The service's keys.
    pub keyring: Keyring,
    /// Seals the service's fields.
    pub sealer: Sealer,
    /// The process's life.
    pub shutdown: Shutdown,
    /// Makes channels, also to others than peers.
    pub connector: Connector,
    cache: Option<SharedCache>,
    peers: BTreeMap<String, PeerConfig>,
}

impl Frame {
    /// Opens what `config` names for the service `S`.
    pub async fn open<S: Service>(
        config: &ConfigOf<S>,
        clock: SharedClock,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Self> {
        let Config { store, cache, keyring, peers, .. } = config;
        let keyring = Keyring::from_config(keyring)?;
        let sealer = Sealer::new(&keyring, S::SEAL)?;
        let cache = cache.as_ref().map(|cache| shiming_cache::connect(cache, clock.clone())).transpose()?;
        let store = Store::connect(store, clock, sealer.clone()).await.context("store")?;
        store.migrate::<S::Migrations>().await.context("store: migrations")?;
        Ok(Self {
            store,
            keyring,
            sealer,
            shutdown: shutdown.clone(),
            connector: Connector::new(S::NAME, shutdown)?,
            cache,
            peers: peers.clone(),
        })
    }

    /// Another cache than the configured one, for tests that break it.
    #[must_use]
    pub fn with_cache(mut self, cache: SharedCache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// The service's clock.
    pub fn clock(&self) -> SharedClock {
        self.store.clock().clone()
    }

    /// A source of ids at the service's time.
    pub fn ids(&self) -> IdSource {
        IdSource::new(self.clock())
    }

    /// The cache; an error when the service has none.
    pub fn cache(&self) -> anyhow::Result<SharedCache> {
        self.cache.clone().context("the service's config/default.toml has no [cache]")
    }

    pub(crate) fn known_cache(&self) -> Option<SharedCache> {
        self.cache.clone()
    }

    /// A channel to a peer, by its name.
    pub fn peer(&self, service: &str) -> anyhow::Result<ClientChannel> {
        let peer = self.peers.get(&peer_key(service));
        let peer = peer.with_context(|| format!("{service} is no peer of this service"))?;
        Ok(self.connector.connect(peer)?)
    }

    /// Sessions as identity tells them; without it as a peer no call can have one.
    pub fn remote_sessions(&self) -> anyhow::Result<Arc<dyn SessionResolver>> {
        if self.peers.contains_key(IDENTITY) {
            return Ok(Arc::new(RemoteSessions::new(self.peer(IDENTITY)?)));
        }
        Ok(Arc::new(NoSessions))
    }
}
