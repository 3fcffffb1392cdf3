//! The edge: browsers speak HTTP with it, and it speaks gRPC with the services. It holds no database and decides nothing about persons or
//! enterprises; what it owns is the browser's side of things: cookies, CSRF, picture codes, rate limits, uploads, pages and live updates.
//!
//! ```text
//! browser ──▶ http (connections, ordered layers) ──▶ contract (every method, one handler) ──gRPC──▶ identity, face-auth,
//!                  │                             ├─▶ own (what the edge does by itself) ──gRPC──▶ enterprise-binding, messaging
//!                  └─ browser (who asks)          └─▶ http::pages (embedded)
//! ```
//!
//! A session's token lives in an HttpOnly cookie and goes to the services in the call's metadata; they say whether it opens anything.

mod browser;
mod clients;
mod config;
mod contract;
mod error;
mod http;
mod own;

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use shiming_cache::SharedCache;
use shiming_crypto::Keyring;
use shiming_kernel::{SharedClock, SystemClock};
use shiming_rpc::Connector;
use shiming_runtime::Shutdown;
use tokio::net::TcpListener;

use browser::captcha::Captchas;
use browser::cookie::Cookies;
use browser::csrf::Csrf;
use browser::limits::Limits;
pub use browser::proxies::ForwardingHeader;
use browser::proxies::Proxies;
use browser::visitor::Recogniser;
use clients::Clients;
pub use config::{
    CaptchaConfig, Config, DEFAULT, DemoCitizen, DemoConfig, HttpConfig, LimitConfig, LimitsConfig,
    LiveConfig, Peers,
};
use contract::Exposed;
use http::doors::Doors;
use http::fixed::{Compressed, Fixed};
use http::layers::Durations;
use http::server::Connections;
use own::demo::sample_person::SamplePerson;

/// The name by which services know the gateway.
pub const NAME: &str = "gateway";

/// What layers and handlers share.
pub(crate) struct Edge {
    config: Config,
    clients: Clients,
    exposed: Exposed,
    cookies: Cookies,
    csrf: Csrf,
    recogniser: Recogniser,
    limits: Limits,
    captchas: Captchas,
    compressed: Compressed,
    codes: Fixed,
    durations: Durations,
    sample_person: Option<SamplePerson>,
    doors: Doors,
    shutdown: Shutdown,
}

pub(crate) type SharedEdge = Arc<Edge>;

/// The gateway, ready to serve.
#[derive(Clone)]
pub struct Gateway {
    edge: SharedEdge,
}

impl Gateway {
    /// Opens the cache and prepares the channels to the services; none of them need be up. Streams end with `shutdown`.
    pub fn build(config: Config, clock: SharedClock, shutdown: &Shutdown) -> anyhow::Result<Self> {
        let keyring = Keyring::from_config(&config.keyring).context("keyring")?;
        let cache: SharedCache = shiming_cache::connect(&config.cache, clock.clone()).context("cache")?;
        let connector = Connector::new(NAME, shutdown)?;
        let http = &config.http;
        let people = config.demo.as_ref().and_then(|demo| demo.people.as_deref());
        let clients = Clients::connect(&connector, &config.peers).context("peers")?;
        let exposed = Exposed::read(&clients, config.demo.is_some()).context("contract")?;
        let edge = Edge {
            codes: own::codes::fixed(&exposed).context("codes")?,
            exposed,
            clients,
            cookies: Cookies::new(http.is_secure()),
            csrf: Csrf::new(&keyring)?,
            recogniser: Recogniser::new(
                &keyring,
                Proxies::new(http.trusted_proxies.clone(), http.forwarding_header),
            )?,
            limits: Limits::new(Arc::clone(&cache), clock.clone(), config.limits.clone()),
            captchas: Captchas::new(cache, clock, &keyring, &config.captcha)?,
            compressed: Compressed::default(),
            durations: Durations::new(),
            sample_person: people.and_then(SamplePerson::read),
            doors: Doors::new(&config),
            shutdown: shutdown.clone(),
            config,
        };
        Ok(Self { edge: Arc::new(edge) })
    }

    /// Whether the demo has a person for visitors without a camera.
    pub fn has_sample_person(&self) -> bool {
        self.edge.sample_person.is_some()
    }

    /// Pages and API with all their layers. Connections are [`serve`](Self::serve)'s concern; without it every visitor seems to come from the
    /// same address.
    pub fn router(&self) -> Router {
        http::stack::router(&self.edge)
    }

    /// Serves browsers on `listener` until soft. Spawn it through the [`Shutdown`] that the gateway was built with.
    pub async fn serve(self, listener: TcpListener) {
        let connections = Connections::of_browsers(&self.edge);
        http::server::serve(listener, self.router(), connections, self.edge.shutdown.clone()).await;
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

/// Runs the gateway as a process of its own; returns when everything is started.
pub async fn run(config: Config, shutdown: Shutdown) -> anyhow::Result<()> {
    let (listen, admin) = (config.http.listen, config.http.admin);
    let gateway = Gateway::build(config, SystemClock::shared(), &shutdown)?;
    let listener = TcpListener::bind(listen).await.with_context(|| format!("http.listen {listen}"))?;
    let probes = TcpListener::bind(admin).await.with_context(|| format!("http.admin {admin}"))?;
    tracing::info!(%listen, %admin, "gateway listens");
    let admin_done = http::server::serve(
        probes,
        http::admin::router(&shutdown),
        Connections::of_probes(),
        shutdown.clone(),
    );
    shutdown.spawn("gateway.admin", admin_done);
    shutdown.spawn("gateway.http", gateway.serve(listener));
    Ok(())
}
