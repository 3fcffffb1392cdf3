//! The sections that several processes share; each service's own are in its `config.rs`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;

use serde::Deserialize;

use super::{DurationText, Validate};

/// `[telemetry]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// Where traces and metrics go by OTLP over gRPC, e.g. `http://otel-collector:4317`. Absent: nowhere.
    pub otlp_endpoint: Option<String>,
    /// Share of new traces that are kept, 0.0 to 1.0; a caller's decision is followed.
    pub sample_ratio: f64,
    /// How log lines look.
    pub log_format: LogFormat,
    /// An env-filter directive list, e.g. `info,shiming_store=debug`.
    pub log_level: String,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            otlp_endpoint: None,
            sample_ratio: 0.01,
            log_format: LogFormat::Text,
            log_level: "info".into(),
        }
    }
}

impl Validate for TelemetryConfig {
    fn validate(&self) -> Result<(), Vec<String>> {
        let mut broken = Vec::new();
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            broken.push("telemetry.sample_ratio: must lie between 0.0 and 1.0".to_owned());
        }
        if tracing_subscriber::EnvFilter::try_new(&self.log_level).is_err() {
            broken.push("telemetry.log_level: not a list of filter directives".to_owned());
        }
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For a terminal.
    Text,
    /// One JSON object a line, for production.
    Json,
}

/// `[process]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProcessConfig {
    /// Tokio worker threads; absent: half the machine's cores, one at least. Few are best: a hop's work is so small that waking another thread
    /// for a part of it costs more than the work, and several processes share the machine anyway.
    pub worker_threads: Option<usize>,
    /// How long the process goes on serving after it said `NOT_SERVING`, so that balancers notice.
    pub drain_delay: DurationText,
    /// How long running calls may take to end after that, before they are cut.
    pub grace: DurationText,
}

impl Default for ProcessConfig {
    fn default() -> Self {
        Self { worker_threads: None, drain_delay: DurationText::seconds(0), grace: DurationText::seconds(20) }
    }
}

impl ProcessConfig {
    /// The worker threads to start.
    pub fn workers(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
        self.worker_threads.unwrap_or_else(|| (cores() / 2).max(1))
    }
}

impl Validate for ProcessConfig {
    fn validate(&self) -> Result<(), Vec<String>> {
        if self.worker_threads == Some(0) {
            return Err(vec!["process.worker_threads: must be at least 1".to_owned()]);
        }
        Ok(())
    }
}

/// `[listen]`: a gRPC server's sockets and limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenConfig {
    /// Where the services answer.
    pub grpc: SocketAddr,
    /// Plaintext health for the kubelet: gRPC health, `/livez` and `/readyz`. Nothing else answers there.
    pub admin: SocketAddr,
    /// Certificates. Without them only `plaintext_loopback` lets anybody call.
    #[serde(default)]
    pub tls: Option<ServeTls>,
    /// Believe the `x-shiming-caller` header of callers on this machine. For the embedded mode and development.
    #[serde(default)]
    pub plaintext_loopback: bool,
    /// Calls answered at once; one more is refused with `RESOURCE_EXHAUSTED`.
    #[serde(default = "default_concurrency")]
    pub concurrency_limit: usize,
    /// After this long (give or take 10 %) a connection is asked to come again, so that new replicas get their share.
    #[serde(default = "default_connection_age")]
    pub max_connection_age: DurationText,
    /// The scopes granted to each partner system, by the id in its certificate.
    #[serde(default)]
    pub partners: BTreeMap<String, Vec<String>>,
}

fn default_concurrency() -> usize {
    512
}

fn default_connection_age() -> DurationText {
    DurationText::seconds(300)
}

impl ListenConfig {
    /// Plaintext on loopback, as the embedded mode and tests use it.
    pub fn loopback(grpc: SocketAddr, admin: SocketAddr) -> Self {
        Self {
            grpc,
            admin,
            tls: None,
            plaintext_loopback: true,
            concurrency_limit: default_concurrency(),
            max_connection_age: default_connection_age(),
            partners: BTreeMap::new(),
        }
    }
}

impl Validate for ListenConfig {
    fn validate(&self) -> Result<(), Vec<String>> {
        let mut broken = Vec::new();
        if self.tls.is_none() && !self.plaintext_loopback {
            broken.push("listen.tls: needed, unless listen.plaintext_loopback = true".to_owned());
        }
        if self.tls.is_some() && self.plaintext_loopback {
            broken.push("listen.plaintext_loopback: must be false when listen.tls is set".to_owned());
        }
        if self.plaintext_loopback && !self.grpc.ip().is_loopback() {
            broken.push("listen.grpc: must be a loopback address with plaintext_loopback".to_owned());
        }
        if self.concurrency_limit == 0 {
            broken.push("listen.concurrency_limit: must be at least 1".to_owned());
        }
        if self.max_connection_age.get().is_zero() {
            broken.push("listen.max_connection_age: must be longer than 0".to_owned());
        }
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}

/// A server's certificate and the authority that signs its callers'.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServeTls {
    /// PEM file of the certificate chain.
    pub cert: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
    /// PEM file of the authority; a caller without a certificate from it gets no connection.
    pub client_ca: PathBuf,
}

/// Another service, as its clients reach it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerConfig {
    /// `http://host:port` or `https://host:port`; every address the name resolves to gets a share of the calls.
    pub uri: String,
    /// Certificates; needed exactly when the URI is https.
    #[serde(default)]
    pub tls: Option<ConnectTls>,
    /// How long opening a connection may take.
    #[serde(default = "default_connect_timeout")]
    pub connect_timeout: DurationText,
    /// How often the name is looked up again.
    #[serde(default = "default_resolve_interval")]
    pub resolve_interval: DurationText,
    /// Whether connections are tried also while nothing is asked, so that a dead one is found before the next call. Servers with gRPC's usual
    /// settings take that for abuse and hang up (`too_many_pings`); ours don't.
    #[serde(default = "default_keep_alive_while_idle")]
    pub keep_alive_while_idle: bool,
}

fn default_keep_alive_while_idle() -> bool {
    true
}

fn default_connect_timeout() -> DurationText {
    DurationText::seconds(2)
}

fn default_resolve_interval() -> DurationText {
    DurationText::seconds(5)
}

impl PeerConfig {
    /// A plaintext peer with the usual settings.
    pub fn plaintext(uri: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            tls: None,
            connect_timeout: default_connect_timeout(),
            resolve_interval: default_resolve_interval(),
            keep_alive_while_idle: default_keep_alive_while_idle(),
        }
    }

    /// The rules of a peer under the key `name`, e.g. `peers.messaging`.
    pub fn validate_as(&self, name: &str) -> Result<(), Vec<String>> {
        let mut broken = Vec::new();
        match (self.uri.starts_with("https://"), self.uri.starts_with("http://"), &self.tls) {
            (true, _, Some(_)) | (_, true, None) => {}
            (true, _, None) => broken.push(format!("{name}.tls: needed for https")),
            (_, true, Some(_)) => broken.push(format!("{name}.uri: must be https with {name}.tls")),
            _ => broken.push(format!("{name}.uri: must start with http:// or https://")),
        }
        if self.connect_timeout.get().is_zero() || self.resolve_interval.get().is_zero() {
            broken.push(format!("{name}: connect_timeout and resolve_interval must be longer than 0"));
        }
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}

/// A client's certificate and the authority that signs the servers'.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectTls {
    /// PEM file of the certificate chain that names this caller.
    pub cert: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
    /// PEM file of the authority the server's certificate must come from.
    pub ca: PathBuf,
    /// The name the server's certificate must carry; absent: the host of the URI.
    #[serde(default)]
    pub server_name: Option<String>,
}
