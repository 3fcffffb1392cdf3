//! Root secrets by version, and the derivation of every other key from them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hkdf;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use shiming_kernel::Redacted;
use zeroize::Zeroizing;

use crate::KeyringError;
use crate::random::random_bytes;

const SALT: &[u8] = b"shiming keyring 1";

/// Root secrets as configuration holds them.
///
/// ```toml
/// [keyring]
/// current = 2
/// keys = { 1 = "<base64 of 32 bytes>", 2 = "<base64 of 32 bytes>" }
/// ```
/// From the environment: `SHIMING_IDENTITY__KEYRING__KEYS__2=<base64>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyringConfig {
    /// The version new values are sealed with.
    pub current: u32,
    /// Standard base64 of 32 random bytes, by version. Old versions stay until nothing is sealed with them.
    #[serde(serialize_with = "write_keys", deserialize_with = "read_keys")]
    pub keys: BTreeMap<u32, Redacted<String>>,
}

impl KeyringConfig {
    /// A fresh configuration with one random key: what an embedded installation writes to its data folder on first start.
    pub fn generate() -> Self {
        let secret = STANDARD.encode(Zeroizing::new(random_bytes::<32>()).as_slice());
        Self { current: 1, keys: BTreeMap::from([(1, Redacted::new(secret))]) }
    }
}

// Versions are text in every format's map keys; only some of the formats' readers turn them into numbers by themselves.
fn read_keys<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<u32, Redacted<String>>, D::Error> {
    BTreeMap::<String, Redacted<String>>::deserialize(from)?
        .into_iter()
        .map(|(version, secret)| match version.parse() {
            Ok(version) => Ok((version, secret)),
            Err(_) => Err(de::Error::custom("key versions are whole numbers")),
        })
        .collect()
}

fn write_keys<S: Serializer>(keys: &BTreeMap<u32, Redacted<String>>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(keys.iter().map(|(version, secret)| (version.to_string(), secret)))
}

/// The root secrets of a service. Cheap to clone; wiped from memory with the last clone; prints versions only.
#[derive(Clone)]
pub struct Keyring(Arc<Roots>);

struct Roots {
    current: u32,
    by_version: BTreeMap<u32, Zeroizing<[u8; 32]>>,
}

impl Keyring {
    /// Reads and checks the configured secrets.
    pub fn from_config(config: &KeyringConfig) -> Result<Self, KeyringError> {
        let mut by_version = BTreeMap::new();
        for (&version, secret) in &config.keys {
            let root = decode(secret.expose()).ok_or(KeyringError::BadSecret(version))?;
            if let Some((&earlier, _)) = by_version.iter().find(|(_, known)| **known == root) {
                return Err(KeyringError::RepeatedSecret(earlier, version));
            }
            by_version.insert(version, root);
        }
        if by_version.is_empty() {
            return Err(KeyringError::Empty);
        }
        if !by_version.contains_key(&config.current) {
            return Err(KeyringError::CurrentMissing(config.current));
        }
        Ok(Self(Arc::new(Roots { current: config.current, by_version })))
    }

    /// A ring with one random key that dies with the process: for tests, and for data that need not outlive it.
    pub fn generate() -> Self {
        let root = Zeroizing::new(random_bytes::<32>());
        Self(Arc::new(Roots { current: 1, by_version: BTreeMap::from([(1, root)]) }))
    }

    /// The version new values are made with.
    pub fn current(&self) -> u32 {
        self.0.current
    }

    /// Derives the 32-byte key of `usage` in `domain` for every version. No two (usage, domain) pairs share a key.
    pub(crate) fn derive<K>(
        &self,
        usage: &str,
        domain: &str,
        build: impl Fn(&[u8; 32]) -> Option<K>,
    ) -> Result<BTreeMap<u32, K>, KeyringError> {
        let derive_one = |root: &[u8; 32]| {
            let info = [usage.as_bytes(), b"\0", domain.as_bytes()];
            let mut key = Zeroizing::new([0_u8; 32]);
            hkdf::Salt::new(hkdf::HKDF_SHA256, SALT)
                .extract(root)
                .expand(&info, hkdf::HKDF_SHA256)
                .and_then(|material| material.fill(key.as_mut_slice()))
                .ok()?;
            build(&key)
        };
        self.0
            .by_version
            .iter()
            .map(|(&version, root)| Ok((version, derive_one(root).ok_or(KeyringError::Derivation)?)))
            .collect()
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("current", &self.0.current)
            .field("versions", &self.0.by_version.keys().collect::<Vec<_>>())
            .finish()
    }
}

fn decode(secret: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(STANDARD.decode(secret.trim()).ok()?);
    <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Redacted<String> {
        Redacted::new(STANDARD.encode([byte; 32]))
    }

    fn config(current: u32, keys: &[(u32, Redacted<String>)]) -> KeyringConfig {
        KeyringConfig { current, keys: keys.iter().cloned().collect() }
    }

    #[test]
    fn unusable_configurations_are_named() {
        let refused = |config: KeyringConfig| Keyring::from_config(&config).unwrap_err();
        assert_eq!(refused(config(1, &[])), KeyringError::Empty);
        assert_eq!(refused(config(3, &[(1, secret(1))])), KeyringError::CurrentMissing(3));
        assert_eq!(refused(config(1, &[(1, "c2hvcnQ=".into())])), KeyringError::BadSecret(1));
        assert_eq!(refused(config(1, &[(1, "not base64!".into())])), KeyringError::BadSecret(1));
        let repeated = config(2, &[(1, secret(1)), (2, secret(1))]);
        assert_eq!(refused(repeated), KeyringError::RepeatedSecret(1, 2));
    }

    #[test]
    fn toml_and_json_hold_versions_as_map_keys() {
        let wanted = config(2, &[(1, secret(1)), (2, secret(2))]);
        let json = serde_json::to_string(&wanted).unwrap();
        assert_eq!(serde_json::from_str::<KeyringConfig>(&json).unwrap(), wanted);
        let toml = toml::to_string(&wanted).unwrap();
        assert_eq!(toml::from_str::<KeyringConfig>(&toml).unwrap(), wanted);
        assert!(toml::from_str::<KeyringConfig>("current = 1\nkeys = { one = \"\" }").is_err());
        assert!(toml::from_str::<KeyringConfig>("current = 1\nkeys = {}\nspare = 1").is_err());
    }

    #[test]
    fn a_generated_configuration_is_usable_and_new_each_time() {
        let (one, two) = (KeyringConfig::generate(), KeyringConfig::generate());
        assert!(Keyring::from_config(&one).is_ok());
        assert_ne!(one, two);
    }

    #[test]
    fn debug_shows_versions_and_nothing_else() {
        let config = config(2, &[(1, secret(1)), (2, secret(2))]);
        let ring = Keyring::from_config(&config).unwrap();
        assert_eq!(format!("{ring:?}"), "Keyring { current: 2, versions: [1, 2] }");
        assert!(!format!("{config:?}").contains("AQEB"));
    }

    #[test]
    fn each_usage_domain_and_version_has_its_own_key() {
        let ring = Keyring::from_config(&config(1, &[(1, secret(1)), (2, secret(2))])).unwrap();
        let mut keys = Vec::new();
        for (usage, domain) in [("a", "b"), ("a", "c"), ("c", "b"), ("ab", "")] {
            keys.extend(ring.derive(usage, domain, |key| Some(*key)).unwrap().into_values());
        }
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 8);
    }
}
