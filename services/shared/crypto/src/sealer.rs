//! Values that are encrypted in the store and read back: names, numbers, phones, addresses, outbox payloads.
//!
//! ```text
//! suite u8 │ key version u32, big endian │ nonce 12 │ ciphertext │ tag 16
//! └──────── bound as AAD, with the context ┘
//! ```
//! The nonce is random, so one key is good for about 2^32 values; rotate the ring well before.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use shiming_kernel::Redacted;

use crate::random::random_bytes;
use crate::{CryptoError, Keyring, KeyringError};

const VERSION_END: usize = 5;
const HEADER: usize = VERSION_END + NONCE_LEN;
const TAG: usize = 16;

/// The cipher a value was sealed with: the first byte of the value, so that suites can live side by side in one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Suite {
    /// AES-256-GCM with HKDF-SHA256. Byte 2 is kept for SM4-GCM with HMAC-SM3.
    Aes256Gcm = 1,
}

impl Suite {
    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Aes256Gcm),
            _ => None,
        }
    }
}

/// The context of one column of one row: `persons.name:<row id>`. A value copied to another row or column won't open.
pub fn field_context(table_column: &str, row: impl fmt::Display) -> Vec<u8> {
    format!("{table_column}:{row}").into_bytes()
}

/// Seals and opens the values of one domain (a service's store, an outbox, a cookie). Cheap to clone.
#[derive(Clone)]
pub struct Sealer(Arc<Keys>);

struct Keys {
    domain: String,
    current: u32,
    by_version: BTreeMap<u32, LessSafeKey>,
}

impl Keys {
    fn key(&self, version: u32) -> Result<&LessSafeKey, CryptoError> {
        self.by_version.get(&version).ok_or(CryptoError::UnknownKeyVersion(version))
    }
}

impl Sealer {
    /// Derives the keys of `domain` from every version of the ring.
    pub fn new(keyring: &Keyring, domain: &str) -> Result<Self, KeyringError> {
        let build = |key: &[u8; 32]| UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new);
        let by_version = keyring.derive("seal/aes-256-gcm", domain, build)?;
        let version = keyring.current();
        if !by_version.contains_key(&version) {
            return Err(KeyringError::CurrentMissing(version));
        }
        Ok(Self(Arc::new(Keys { domain: domain.to_owned(), current: version, by_version })))
    }

    /// Encrypts `plain` with the current key, bound to `context`. Sealing twice gives different bytes.
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let version = self.0.current;
        let key = self.0.key(version)?;
        let nonce = random_bytes::<NONCE_LEN>();
        let mut sealed = Vec::with_capacity(HEADER + plain.len() + TAG);
        sealed.push(Suite::Aes256Gcm as u8);
        sealed.extend_from_slice(&version.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let aad = Aad::from(bound(&sealed, context));
        let tag = key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed[HEADER..])
            .map_err(|_| CryptoError::SealFailed)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Decrypts what [`seal`](Self::seal) made for the same domain and `context`, with any version the ring holds.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let version = key_version(sealed)?;
        let key = self.0.key(version)?;
        let nonce = Nonce::try_assume_unique_for_key(&sealed[VERSION_END..HEADER])
            .map_err(|_| CryptoError::Malformed)?;
        let mut body = sealed[HEADER..].to_vec();
        let length = key
            .open_in_place(nonce, Aad::from(bound(sealed, context)), &mut body)
            .map_err(|_| CryptoError::Refused)?
            .len();
        body.truncate(length);
        Ok(body)
    }

    /// [`seal`](Self::seal) for text.
    pub fn seal_text(&self, context: &[u8], plain: &str) -> Result<Vec<u8>, CryptoError> {
        self.seal(context, plain.as_bytes())
    }

    /// [`open`](Self::open) for text. The result prints as `[redacted]`.
    pub fn open_text(&self, context: &[u8], sealed: &[u8]) -> Result<Redacted<String>, CryptoError> {
        String::from_utf8(self.open(context, sealed)?).map(Redacted::new).map_err(|_| CryptoError::NotText)
    }

    /// Whether the value should be sealed anew because the current key is another one.
    pub fn is_stale(&self, sealed: &[u8]) -> Result<bool, CryptoError> {
        Ok(key_version(sealed)? != self.0.current)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("domain", &self.0.domain).field("current", &self.0.current).finish()
    }
}

/// The version a sealed value names, once its length and suite are known to be right.
fn key_version(sealed: &[u8]) -> Result<u32, CryptoError> {
    if sealed.len() < HEADER + TAG || Suite::from_byte(sealed[0]).is_none() {
        return Err(CryptoError::Malformed);
    }
    let version = <[u8; 4]>::try_from(&sealed[1..VERSION_END]).map_err(|_| CryptoError::Malformed)?;
    Ok(u32::from_be_bytes(version))
}

fn bound(sealed: &[u8], context: &[u8]) -> Vec<u8> {
    [&sealed[..VERSION_END], context].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyringConfig;
    use proptest::prelude::*;

    const HERE: &[u8] = b"persons.name:1";

    fn ring(current: u32, versions: &[u32]) -> Keyring {
        use base64::Engine as _;
        let secret =
            |v: &u32| base64::engine::general_purpose::STANDARD.encode([u8::try_from(*v).unwrap(); 32]);
        let keys = versions.iter().map(|v| (*v, Redacted::new(secret(v)))).collect();
        Keyring::from_config(&KeyringConfig { current, keys }).unwrap()
    }

    fn sealer_with(current: u32, versions: &[u32]) -> Sealer {
        Sealer::new(&ring(current, versions), "identity").unwrap()
    }

    #[test]
    fn old_data_opens_after_rotation_and_is_named_stale() {
        let before = sealer_with(1, &[1]);
        let old = before.seal_text(HERE, "王小明").unwrap();
        let after = sealer_with(2, &[1, 2]);
        assert_eq!(after.open_text(HERE, &old).unwrap().expose(), "王小明");
        assert_eq!(after.is_stale(&old), Ok(true));
        let fresh = after.seal_text(HERE, "王小明").unwrap();
        assert_eq!(after.is_stale(&fresh), Ok(false));
        assert_eq!(before.open(HERE, &fresh), Err(CryptoError::UnknownKeyVersion(2)));
        assert_eq!(sealer_with(2, &[2]).open(HERE, &old), Err(CryptoError::UnknownKeyVersion(1)));
    }

    #[test]
    fn every_altered_byte_is_noticed() {
        let sealer = sealer_with(1, &[1, 2]);
        let value = sealer.seal(HERE, b"640101199003070015").unwrap();
        for position in 0..value.len() {
            for flip in [1, 0x80, 3] {
                let mut altered = value.clone();
                altered[position] ^= flip;
                assert!(sealer.open(HERE, &altered).is_err(), "byte {position}");
            }
        }
        for length in 0..value.len() {
            assert!(sealer.open(HERE, &value[..length]).is_err(), "cut to {length}");
        }
    }

    #[test]
    fn another_row_column_or_domain_is_refused() {
        let sealer = sealer_with(1, &[1]);
        let value = sealer.seal(&field_context("persons.name", 1), b"x").unwrap();
        assert_eq!(sealer.open(HERE, &value).unwrap(), b"x");
        for context in [field_context("persons.name", 2), field_context("persons.phone", 1), Vec::new()] {
            assert_eq!(sealer.open(&context, &value), Err(CryptoError::Refused));
        }
        let elsewhere = Sealer::new(&ring(1, &[1]), "messaging").unwrap();
        assert_eq!(elsewhere.open(HERE, &value), Err(CryptoError::Refused));
    }

    #[test]
    fn an_unknown_suite_is_malformed() {
        let mut value = sealer_with(1, &[1]).seal(HERE, b"x").unwrap();
        value[0] = 2;
        assert_eq!(sealer_with(1, &[1]).open(HERE, &value), Err(CryptoError::Malformed));
    }

    #[test]
    fn equal_values_look_different_and_debug_shows_no_key() {
        let sealer = sealer_with(1, &[1]);
        assert_ne!(sealer.seal(HERE, b"x").unwrap(), sealer.seal(HERE, b"x").unwrap());
        assert_eq!(format!("{sealer:?}"), r#"Sealer { domain: "identity", current: 1 }"#);
    }

    /// Stored values must outlive every refactoring: sealed apart from this crate (Python's cryptography).
    #[test]
    fn the_stored_form_never_changes() {
        let value = hex::decode(concat!(
            "0100000001000102030405060708090a0b",
            "a87d3c483b0c2e5815de1aad9fde9bba5a40ed4cfbd072ddec"
        ));
        assert_eq!(sealer_with(1, &[1]).open_text(HERE, &value.unwrap()).unwrap().expose(), "王小明");
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens(context: Vec<u8>, plain: Vec<u8>) {
            let sealer = sealer_with(1, &[1]);
            prop_assert_eq!(sealer.open(&context, &sealer.seal(&context, &plain).unwrap()).unwrap(), plain);
        }

        #[test]
        fn strange_bytes_never_open_and_never_panic(bytes: Vec<u8>) {
            prop_assert!(sealer_with(1, &[1]).open(HERE, &bytes).is_err());
        }
    }
}
