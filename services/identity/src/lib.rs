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
//! [`run`] is the whole process; [`build`] gives the same service to a server of somebody else's.

pub mod clients;
pub mod config;
pub mod error;

mod app;
mod domain;
mod jobs;
mod rpc;
mod store;

use std::sync::Arc;

use shiming_cache::{CacheError, SharedCache};
use shiming_crypto::{Keyring, KeyringError, Sealer};
use shiming_kernel::{SharedClock, SystemClock};
use shiming_rpc::client::ConnectError;
use shiming_rpc::policy::{PolicyError, PolicyTable};
use shiming_rpc::{Connector, Listeners, ServerBuilder, SessionResolver};
use shiming_runtime::Shutdown;
use shiming_store::{EventSink, Store, StoreError};

use crate::app::App;
use crate::clients::events::MessagingEvents;
use crate::clients::face::{FaceAuth, FaceAuthService};
use crate::clients::face_data::{FaceData, FaceDataOfService};
use crate::clients::sms::{MessagingSms, SmsSender};
pub use crate::config::{Config, DEFAULT};
pub use crate::domain::collection::Step;
pub use crate::error::IdentityError;
use crate::store::{Migrator, Vault, persons};

/// The service's name: of its process, its spans, its certificate.
pub const NAME: &str = "identity";

/// What identity needs from outside.
pub struct Dependencies {
    /// Tells the time.
    pub clock: SharedClock,
    /// Holds sessions, codes and counters.
    pub cache: SharedCache,
    /// Compares faces.
    pub face: Arc<dyn FaceAuth>,
    /// Erases face data and tells how it was processed.
    pub face_data: Arc<dyn FaceData>,
    /// Sends codes.
    pub sms: Arc<dyn SmsSender>,
    /// Takes events.
    pub events: Arc<dyn EventSink>,
    /// Waits for the background tasks.
    pub shutdown: Shutdown,
}

impl std::fmt::Debug for Dependencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dependencies").finish_non_exhaustive()
    }
}

/// Identity, built: its background tasks run, its services wait to be mounted.
#[derive(Clone, Debug)]
pub struct Identity {
    app: Arc<App>,
}

/// Why identity can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The keyring can't be used.
    #[error("keyring: {0}")]
    Keyring(#[from] KeyringError),
    /// The database can't be opened or migrated.
    #[error("store: {0:?}")]
    Store(#[from] StoreError),
    /// The cache can't be used.
    #[error("cache: {0}")]
    Cache(#[from] CacheError),
    /// The contract's policies can't be read.
    #[error("policies: {0}")]
    Policies(#[from] PolicyError),
    /// A peer's channel can't be made.
    #[error("peer: {0}")]
    Peer(#[from] ConnectError),
    /// A socket can't be bound.
    #[error("listen: {0}")]
    Listen(#[from] std::io::Error),
    /// Something of our own can't be made ready.
    #[error(transparent)]
    Service(#[from] IdentityError),
}

/// Opens and migrates the database, derives the keys, starts the background tasks.
pub async fn build(config: &Config, dependencies: Dependencies) -> Result<Identity, StartError> {
    let Dependencies { clock, cache, face, face_data, sms, events, shutdown } = dependencies;
    let keyring = Keyring::from_config(&config.keyring)?;
    let vault = Vault::new(&keyring)?;
    let store =
        Store::connect(&config.store, clock.clone(), Sealer::new(&keyring, "identity store")?).await?;
    store.migrate::<Migrator>().await?;
    let decoy = persons::Decoy::new(&vault, store.now())?;
    jobs::spawn(&store, events, config.relay, config.retention, &shutdown);
    let rules = config.rules.clone();
    let sending = app::sending::Sending::new(rules.sms_in_flight);
    let app = App { store, cache, clock, vault, decoy, rules, face, face_data, sms, sending, shutdown };
    let app = Arc::new(app);
    let stop = app.shutdown.soft();
    app.shutdown.spawn("identity.erasures", app::erase_pending(app.clone(), stop));
    Ok(Identity { app })
}

impl Identity {
    /// The full names of its services, for a policy table.
    pub const fn service_names() -> &'static [&'static str] {
        &rpc::NAMES
    }

    /// Adds every service of identity to a server.
    pub fn mount(&self, server: ServerBuilder) -> ServerBuilder {
        rpc::mount(&self.app, server)
    }

    /// Whose session a token opens, straight from the cache: for the layers of the server identity is mounted on.
    pub fn session_resolver(&self) -> Arc<dyn SessionResolver> {
        Arc::new(rpc::LocalSessions(self.app.clone()))
    }
}

/// [`build`] with the channels, the cache and the clock that `config` names.
pub async fn connect(
    config: &Config,
    clock: SharedClock,
    shutdown: &Shutdown,
) -> Result<Identity, StartError> {
    let connector = Connector::new(NAME, shutdown)?;
    let face_auth = connector.connect(&config.peers.face_auth)?;
    let messaging = connector.connect(&config.peers.messaging)?;
    let dependencies = Dependencies {
        cache: shiming_cache::connect(&config.cache, clock.clone())?,
        clock,
        face: Arc::new(FaceAuthService::new(face_auth.clone())),
        face_data: Arc::new(FaceDataOfService::new(face_auth)),
        sms: Arc::new(MessagingSms::new(messaging.clone())),
        events: Arc::new(MessagingEvents::new(messaging)),
        shutdown: shutdown.clone(),
    };
    build(config, dependencies).await
}

/// Runs identity as a process of its own; returns when everything is started.
pub async fn run(config: Config, shutdown: Shutdown) -> Result<(), StartError> {
    let identity = connect(&config, SystemClock::shared(), &shutdown).await?;
    let policies = PolicyTable::of(Identity::service_names())?;
    let server = ServerBuilder::new(NAME, &config.listen, policies, identity.session_resolver(), shutdown);
    identity.mount(server).spawn(Listeners::bind(&config.listen).await?);
    Ok(())
}
