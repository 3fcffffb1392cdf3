//! Enterprise-binding's settings; `config/default.toml` explains each.

use serde::Deserialize;
use shiming_crypto::KeyringConfig;
use shiming_runtime::config::{
    DurationText, ListenConfig, PeerConfig, ProcessConfig, TelemetryConfig, Validate,
};
use shiming_store::StoreConfig;

/// The checked-in defaults.
pub const DEFAULT: &str = include_str!("../config/default.toml");

/// Everything enterprise-binding can be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The process around the service.
    pub process: ProcessConfig,
    /// Logs, traces, metrics.
    pub telemetry: TelemetryConfig,
    /// Sockets and limits.
    pub listen: ListenConfig,
    /// The database.
    pub store: StoreConfig,
    /// The keys of sealed fields and blind indexes.
    pub keyring: KeyringConfig,
    /// The other services.
    pub peers: Peers,
    /// The registry.
    pub registry: RegistryConfig,
    /// Applications.
    pub applications: ApplicationsConfig,
    /// Bindings.
    pub bindings: BindingsConfig,
}

/// The services that enterprise-binding calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peers {
    /// Knows persons and sessions.
    pub identity: PeerConfig,
    /// Takes the events.
    pub messaging: PeerConfig,
}

/// `[registry]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryConfig {
    /// How many enterprises one person may look up on one day.
    pub lookups_per_day: u32,
    /// Rows of an import that are stored in one transaction.
    pub import_chunk: usize,
}

/// `[applications]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationsConfig {
    /// How long an application waits for its decision.
    pub lifetime: DurationText,
    /// How long a rejected one may not be repeated.
    pub cool_down: DurationText,
    /// How often those whose time is over are looked for.
    pub sweep_interval: DurationText,
}

/// `[bindings]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BindingsConfig {
    /// How old the face check may be that 刷新 asks for.
    pub step_up_max_age: DurationText,
    /// Whether people of 14 to 17 may take roles.
    pub admits_minors: bool,
}

impl Validate for Config {
    fn validate(&self) -> Result<(), Vec<String>> {
        let parts = [
            self.process.validate(),
            self.telemetry.validate(),
            self.listen.validate(),
            self.peers.identity.validate_as("peers.identity"),
            self.peers.messaging.validate_as("peers.messaging"),
        ];
        let mut broken: Vec<String> = parts.into_iter().filter_map(Result::err).flatten().collect();
        broken.extend(self.store.problems());
        let times = [
            ("applications.lifetime", self.applications.lifetime),
            ("applications.sweep_interval", self.applications.sweep_interval),
            ("bindings.step_up_max_age", self.bindings.step_up_max_age),
        ];
        for (key, _) in times.into_iter().filter(|(_, time)| time.get().is_zero()) {
            broken.push(format!("{key}: must be longer than 0"));
        }
        if self.registry.lookups_per_day == 0 {
            broken.push("registry.lookups_per_day: must be at least 1".to_owned());
        }
        if !(1..=1000).contains(&self.registry.import_chunk) {
            broken.push("registry.import_chunk: must lie between 1 and 1000".to_owned());
        }
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn with(layer: &str) -> Result<Config, shiming_runtime::config::ConfigError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let key = "A".repeat(43) + "=";
        write!(file, "listen.plaintext_loopback = true\nlisten.grpc = \"127.0.0.1:0\"\n").unwrap();
        write!(
            file,
            "peers.identity.uri = \"http://localhost:1\"\npeers.messaging.uri = \"http://localhost:2\"\n"
        )
        .unwrap();
        write!(file, "{layer}\n[keyring]\ncurrent = 1\nkeys = {{ 1 = \"{key}\" }}\n").unwrap();
        shiming_runtime::config::load("enterprise-binding-test", DEFAULT, Some(file.path()))
    }

    #[test]
    fn the_default_needs_only_keys_and_certificates() {
        let config = with("").unwrap();
        assert_eq!(config.applications.lifetime, DurationText::seconds(30 * 24 * 3600));
        assert_eq!(config.applications.cool_down, DurationText::seconds(24 * 3600));
        assert_eq!(config.bindings.step_up_max_age, DurationText::seconds(600));
    }

    #[test]
    fn useless_values_are_named() {
        let error = with("registry.lookups_per_day = 0\nregistry.import_chunk = 0").unwrap_err().to_string();
        assert!(
            error.contains("registry.lookups_per_day") && error.contains("registry.import_chunk"),
            "{error}"
        );
        assert!(with("registry.lookup_per_day = 5").is_err(), "misspelt");
    }
}
