//! A gRPC server around any generated services: the ordered layers, health, reflection, the admin port and a shutdown that ends.

mod admin;
mod listeners;
mod peer;
mod readiness;
mod reflection;
mod stack;
mod steps;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use shiming_runtime::Shutdown;
use shiming_runtime::config::{ListenConfig, ServeTls};
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::RoutesBuilder;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::HealthReporter;
use tower::Service;

use crate::certificate;
use crate::policy::PolicyTable;
use crate::session::SessionResolver;
use crate::step::{HttpRequest, HttpResponse};
pub use listeners::Listeners;
pub use readiness::Readiness;
use readiness::{AlwaysReady, ReadyHealth};
use stack::Parts;

/// Why a server can't start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A service was added whose methods have no policies in the table.
    #[error("{0} is served without policies")]
    NoPolicies(&'static str),
    /// A certificate file can't be read.
    #[error("{path}: {cause}")]
    CertificateFile {
        /// Where it should be.
        path: String,
        /// Why not.
        cause: std::io::Error,
    },
    /// Certificates or sockets were refused.
    #[error("{}", crate::status::chain(.0))]
    Transport(#[from] tonic::transport::Error),
    /// The embedded descriptors can't be served by reflection.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Collects services and serves them.
pub struct ServerBuilder {
    name: &'static str,
    listen: ListenConfig,
    policies: PolicyTable,
    sessions: Arc<dyn SessionResolver>,
    shutdown: Shutdown,
    health: HealthReporter,
    readiness: Arc<dyn Readiness>,
    routes: RoutesBuilder,
    served: BTreeSet<&'static str>,
}

impl ServerBuilder {
    /// A server called `name` (the service's, for spans and logs) without services yet. `policies` must cover all that are added.
    pub fn new(
        name: &'static str,
        listen: &ListenConfig,
        policies: PolicyTable,
        sessions: Arc<dyn SessionResolver>,
        shutdown: Shutdown,
    ) -> Self {
        Self {
            name,
            listen: listen.clone(),
            policies,
            sessions,
            shutdown,
            health: HealthReporter::new(),
            readiness: Arc::new(AlwaysReady),
            routes: RoutesBuilder::default(),
            served: BTreeSet::new(),
        }
    }

    /// Adds a generated server. Message sizes are its own to set: `XServer::new(x).max_decoding_message_size(bytes)`, else 4 MiB.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "nobody adds servers with a plus sign")]
    pub fn add<S>(mut self, service: S) -> Self
    where
        S: Service<HttpRequest, Response = HttpResponse, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.routes.add_service(service);
        self.served.insert(S::NAME);
        self
    }

    /// Says SERVING only while `readiness` says so too.
    #[must_use]
    pub fn ready_when(mut self, readiness: Arc<dyn Readiness>) -> Self {
        self.readiness = readiness;
        self
    }

    /// Serves until soft, then ends the calls that run; whoever spawned it drops it at hard. Says SERVING when it accepts, and `NOT_SERVING`
    /// as soon as the shutdown begins.
    pub async fn serve(self, listeners: impl Into<Listeners>) -> Result<(), ServeError> {
        if let Some(missing) = self.served.iter().find(|name| !self.policies.covers(name)) {
            return Err(ServeError::NoPolicies(missing));
        }
        let listeners = listeners.into();
        self.set_health(ServingStatus::NotServing).await;
        let transport = self.transport().await?;
        let mut routes = self.routes.clone();
        reflection::add(&mut routes, &self.served)?;
        let health = ReadyHealth { health: self.health.clone(), readiness: Arc::clone(&self.readiness) };
        routes.add_service(HealthServer::new(health.clone()));

        if self.listen.tls.is_none() {
            tracing::warn!(
                server = self.name,
                "PLAINTEXT: callers on this machine are believed by the name they give; never expose this port"
            );
        }
        let service = stack::build(self.parts(), routes.routes().prepare());
        let incoming = peer::incoming(listeners.grpc, self.shutdown.soft());
        let (soft, begun) = (self.shutdown.soft(), self.shutdown.begun());
        self.set_health(ServingStatus::Serving).await;
        let grpc = transport.serve_with_incoming_shutdown(service, incoming, soft.cancelled_owned());
        let flip = async {
            begun.cancelled().await;
            self.set_health(ServingStatus::NotServing).await;
        };
        let admin = admin::serve(listeners.admin, health, self.shutdown.soft());
        let (grpc, admin, ()) = tokio::join!(grpc, admin, flip_or_end(flip, &self.shutdown));
        Ok(grpc.and(admin)?)
    }

    /// [`serve`](Self::serve) as an essential task of the process.
    pub fn spawn(self, listeners: impl Into<Listeners>) {
        let (shutdown, listeners) = (self.shutdown.clone(), listeners.into());
        let name = self.name;
        shutdown.spawn_essential(name, self.serve(listeners));
    }

    async fn set_health(&self, status: ServingStatus) {
        self.health.set_service_status("", status).await;
        for name in &self.served {
            self.health.set_service_status(*name, status).await;
        }
    }

    fn parts(&self) -> Parts {
        Parts {
            policies: self.policies.clone(),
            sessions: self.sessions.clone(),
            partners: Arc::new(self.listen.partners.clone()),
            believe_header: self.listen.tls.is_none() && self.listen.plaintext_loopback,
            concurrency_limit: self.listen.concurrency_limit,
        }
    }

    async fn transport(&self) -> Result<Server, ServeError> {
        // Jitter per process: replicas that started together don't shed their connections together.
        let age = self.listen.max_connection_age.get().mul_f64(rand::random_range(0.9..1.1));
        let mut server = Server::builder()
            .max_connection_age(age)
            .http2_keepalive_interval(Some(Duration::from_secs(20)))
            .http2_keepalive_timeout(Some(Duration::from_secs(10)))
            .http2_max_header_list_size(Some(16 * 1024))
            .max_concurrent_streams(Some(1024));
        if let Some(tls) = &self.listen.tls {
            let chain = read_pem(&tls.cert).await?;
            certificate::watch(self.name, &chain);
            server = server.tls_config(tls_config(tls, chain).await?)?;
        }
        Ok(server)
    }
}

impl std::fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerBuilder")
            .field("name", &self.name)
            .field("served", &self.served)
            .finish_non_exhaustive()
    }
}

impl From<TcpListener> for Listeners {
    fn from(grpc: TcpListener) -> Self {
        Self { grpc, admin: None }
    }
}

/// Ends with the shutdown even if the flip never comes.
async fn flip_or_end(flip: impl Future<Output = ()>, shutdown: &Shutdown) {
    let hard = shutdown.hard();
    tokio::select! {
        () = flip => {}
        () = hard.cancelled() => {}
    }
}

async fn tls_config(tls: &ServeTls, chain: Vec<u8>) -> Result<ServerTlsConfig, ServeError> {
    Ok(ServerTlsConfig::new()
        .identity(Identity::from_pem(chain, read_pem(&tls.key).await?))
        .client_ca_root(Certificate::from_pem(read_pem(&tls.client_ca).await?))
        .client_auth_optional(false)
        .timeout(Duration::from_secs(10)))
}

async fn read_pem(path: &Path) -> Result<Vec<u8>, ServeError> {
    tokio::fs::read(path)
        .await
        .map_err(|cause| ServeError::CertificateFile { path: path.display().to_string(), cause })
}

/// The body type every service answers with.
const _: fn(Body) -> HttpResponse = HttpResponse::new;
