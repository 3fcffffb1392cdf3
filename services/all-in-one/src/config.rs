//! The all-in-one's settings; `config/default.toml` explains each.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use shiming_runtime::config::{ProcessConfig, TelemetryConfig, Validate};

/// The checked-in defaults.
pub const DEFAULT: &str = include_str!("../config/default.toml");

/// Everything the all-in-one can be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where databases and keys are.
    pub data: PathBuf,
    /// Where the face models are.
    pub models: PathBuf,
    /// Where the demo's sample person is.
    pub people: PathBuf,
    /// Whether demo enterprises, citizens, authority and phone are there.
    pub demo: bool,
    /// The process.
    pub process: ProcessConfig,
    /// Logs, traces, metrics.
    pub telemetry: TelemetryConfig,
    /// The sockets.
    pub listen: Listen,
}

/// `[listen]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// The pages.
    pub http: SocketAddr,
    /// Every service.
    pub grpc: SocketAddr,
    /// Health.
    pub admin: SocketAddr,
}

impl Validate for Config {
    fn validate(&self) -> Result<(), Vec<String>> {
        let parts = [self.process.validate(), self.telemetry.validate()];
        let mut broken: Vec<String> = parts.into_iter().filter_map(Result::err).flatten().collect();
        for (key, address) in
            [("http", self.listen.http), ("grpc", self.listen.grpc), ("admin", self.listen.admin)]
        {
            if !address.ip().is_loopback() {
                broken.push(format!(
                    "listen.{key}: the embedded mode serves this machine only; give a loopback address"
                ));
            }
        }
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}
