//! The sections that every service has, and one check for all of them.
//!
//! The loader splits the tree: the keys named here go to the frame, all others to the service, so that a key nobody knows still stops
//! the start. What `--check-config` checks is therefore the same for all services.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use shiming_cache::CacheConfig;
use shiming_crypto::{Keyring, KeyringConfig};
use shiming_runtime::config::{
    ConfigError, Layers, ListenConfig, PeerConfig, ProcessConfig, TelemetryConfig, Validate as _,
};
use shiming_store::{RelayConfig, RetentionConfig, StoreConfig};

use crate::Service;

/// A service's own sections.
pub trait Settings: Clone + std::fmt::Debug + DeserializeOwned + Send + Sync + 'static {
    /// Every broken rule, as `key: what is wrong`; never with a secret's value. `embedded`: without certificates, for this machine only.
    fn problems(&self, embedded: bool) -> Vec<String>;
}

/// Everything a service can be told.
#[derive(Clone, Debug)]
pub struct Config<Own> {
    /// The process around the service.
    pub process: ProcessConfig,
    /// Logs, traces, metrics.
    pub telemetry: TelemetryConfig,
    /// Sockets and limits.
    pub listen: ListenConfig,
    /// The database.
    pub store: StoreConfig,
    /// The cache, of a service that has one.
    pub cache: Option<CacheConfig>,
    /// The keys of sealed fields and blind indexes.
    pub keyring: KeyringConfig,
    /// The other services, by name with `_` for `-`.
    pub peers: BTreeMap<String, PeerConfig>,
    /// How events are relayed.
    pub relay: RelayConfig,
    /// How long answers and delivered events are kept.
    pub retention: RetentionConfig,
    /// The service's own sections.
    pub own: Own,
}

/// The configuration of a service.
pub type ConfigOf<S> = Config<<S as Service>::Settings>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    process: ProcessConfig,
    telemetry: TelemetryConfig,
    listen: ListenConfig,
    store: StoreConfig,
    cache: Option<CacheConfig>,
    keyring: KeyringConfig,
    #[serde(default)]
    peers: BTreeMap<String, PeerConfig>,
    #[serde(default)]
    relay: RelayConfig,
    #[serde(default)]
    retention: RetentionConfig,
}

const SHARED: [&str; 9] =
    ["process", "telemetry", "listen", "store", "cache", "keyring", "peers", "relay", "retention"];

/// The service's defaults, `file`, and the environment (`SHIMING_IDENTITY__…`), checked.
pub fn load<S: Service>(file: Option<&Path>) -> Result<ConfigOf<S>, ConfigError> {
    read::<S>(Layers::new(S::NAME, S::DEFAULT).file(file))
}

/// The service's defaults, what the process itself decides, and the environment, checked.
pub fn load_over<S: Service>(decided: &toml::Table) -> Result<ConfigOf<S>, ConfigError> {
    read::<S>(Layers::new(S::NAME, S::DEFAULT).table(decided))
}

fn read<S: Service>(layers: Layers) -> Result<ConfigOf<S>, ConfigError> {
    let has_cache = S::DEFAULT.lines().any(|line| line.trim() == "[cache]");
    let is_shared = |key: &str| SHARED.contains(&key) && (key != "cache" || has_cache);
    let rules = |shared: &Shared, own: &S::Settings| {
        let mut broken = shared.problems(S::PEERS);
        broken.extend(own.problems(shared.listen.tls.is_none()));
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    };
    let (shared, own) = layers.read_two::<Shared, S::Settings>(is_shared, rules)?;
    let Shared { process, telemetry, listen, store, cache, keyring, peers, relay, retention } = shared;
    Ok(Config { process, telemetry, listen, store, cache, keyring, peers, relay, retention, own })
}

/// The name of a service as `[peers]` spells it.
pub(crate) fn peer_key(service: &str) -> String {
    service.replace('-', "_")
}

impl Shared {
    fn problems(&self, wanted: &[&str]) -> Vec<String> {
        let parts = [self.process.validate(), self.telemetry.validate(), self.listen.validate()];
        let mut broken: Vec<String> = parts.into_iter().filter_map(Result::err).flatten().collect();
        broken.extend(self.store.problems());
        broken.extend(self.cache.iter().flat_map(CacheConfig::problems));
        if let Err(error) = Keyring::from_config(&self.keyring) {
            broken.push(format!("keyring: {error}"));
        }
        let wanted: Vec<_> = wanted.iter().map(|name| peer_key(name)).collect();
        for name in wanted.iter().filter(|name| !self.peers.contains_key(*name)) {
            broken.push(format!("peers.{name}: missing"));
        }
        for (name, peer) in &self.peers {
            if wanted.contains(name) {
                broken.extend(peer.validate_as(&format!("peers.{name}")).err().into_iter().flatten());
            } else {
                broken.push(format!("peers.{name}: unknown key, expected one of {}", wanted.join(", ")));
            }
        }
        if !(1..=100).contains(&self.relay.batch) {
            broken.push("relay.batch: must lie between 1 and 100, the most that messaging takes".to_owned());
        }
        broken
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Arc;

    use shiming_rpc::ServerBuilder;
    use shiming_store::SharedMigrator;

    use super::*;
    use crate::{Frame, Jobs};

    #[derive(Clone, Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Own {
        bakery: Bakery,
    }

    #[derive(Clone, Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Bakery {
        ovens: u8,
    }

    impl Settings for Own {
        fn problems(&self, embedded: bool) -> Vec<String> {
            let too_few = embedded && self.bakery.ovens == 0;
            too_few.then(|| "bakery.ovens: must be at least 1".to_owned()).into_iter().collect()
        }
    }

    macro_rules! baker {
        ($name:ident, $default:expr) => {
            struct $name;

            impl Service for $name {
                const NAME: &'static str = "baker";
                const DEFAULT: &'static str = $default;
                const PEERS: &'static [&'static str] = &["corn-mill"];
                type Settings = Own;
                type Migrations = SharedMigrator;

                async fn build(_: &Own, _: &Frame) -> anyhow::Result<Self> {
                    Ok(Self)
                }

                fn mount(&self, server: ServerBuilder) -> ServerBuilder {
                    server
                }

                fn jobs(self: &Arc<Self>, _: &Jobs) {}
            }
        };
    }

    const DEFAULT: &str = "process = {}\ntelemetry = {}\nstore.url = \"sqlite://baker.db\"\nbakery.ovens = 2\n\
        listen = { grpc = \"127.0.0.1:1\", admin = \"127.0.0.1:2\" }\npeers.corn_mill.uri = \"https://corn-mill:9090\"\n";
    const NEEDED: &str = "listen.plaintext_loopback = true\npeers.corn_mill.uri = \"http://a:1\"\n\
        [keyring]\ncurrent = 1\nkeys = { 1 = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\" }\n";

    baker!(Plain, DEFAULT);
    baker!(
        Cached,
        concat!(
            "process = {}\ntelemetry = {}\nstore.url = \"sqlite://baker.db\"\nbakery.ovens = 2\n",
            "listen = { grpc = \"127.0.0.1:1\", admin = \"127.0.0.1:2\" }\npeers.corn_mill.uri = \"https://corn-mill:9090\"\n",
            "[cache]\nurl = \"memory://\"\n"
        )
    );

    fn with<S: Service>(more: &str) -> Result<ConfigOf<S>, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "{more}\n{NEEDED}").unwrap();
        load::<S>(Some(file.path())).map_err(|error| error.to_string())
    }

    #[test]
    fn the_tree_is_shared_out_and_keys_and_certificates_have_no_default() {
        let config = with::<Plain>("bakery.ovens = 3").unwrap();
        assert_eq!((config.own.bakery.ovens, config.relay.batch), (3, RelayConfig::default().batch));
        assert!(load::<Plain>(None).unwrap_err().to_string().contains("keyring: missing"));
    }

    #[test]
    fn every_section_is_checked_for_every_service() {
        for (wrong, complaint) in [
            ("process.worker_threads = 0", "process.worker_threads"),
            ("telemetry.sample_ratio = 2.0", "telemetry.sample_ratio"),
            ("listen.concurrency_limit = 0", "listen.concurrency_limit"),
            ("store.url = \"mysql://x\"", "store.url"),
            ("cache.url = \"memcached://x\"", "cache"),
            ("peers.corn_mill.connect_timeout = \"0s\"", "peers.corn_mill"),
            ("peers.butcher.uri = \"http://b:1\"", "peers.butcher: unknown key, expected one of corn_mill"),
            ("relay.batch = 500", "relay.batch"),
            ("bakery.ovens = 0", "bakery.ovens"),
            ("retention.chunks = 1", "retention.chunks"),
            ("bakery.owens = 1", "bakery.owens"),
            ("bakry.ovens = 1", "bakry"),
        ] {
            let error = with::<Cached>(wrong).unwrap_err();
            assert!(error.contains(complaint), "{wrong}: {error}");
        }
        let error = with::<Plain>("store.connections = 1\nbakery.owens = 1\nrelay.batch = 0").unwrap_err();
        assert!(
            error.contains("store.connections") && error.contains("bakery.owens"),
            "all at once: {error}"
        );
    }

    #[test]
    fn a_service_without_a_cache_knows_no_such_section() {
        assert!(with::<Cached>("cache.url = \"memory://\"").unwrap().cache.is_some());
        assert!(with::<Plain>("cache.url = \"memory://\"").unwrap_err().contains("cache: unknown key"));
    }

    #[test]
    fn keys_that_can_not_be_used_stop_the_start() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "{}", NEEDED.replace("current = 1", "current = 2")).unwrap();
        let error = load::<Plain>(Some(file.path())).unwrap_err().to_string();
        assert!(error.contains("keyring") && !error.contains("AAAA"), "{error}");
    }
}
