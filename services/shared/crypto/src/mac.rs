//! Keyed fingerprints: the ground that blind indexes, one-time codes and page tokens stand on.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::{constant_time, hmac};

use crate::{Keyring, KeyringError};

/// HMAC-SHA256 with a key of its own per domain. Cheap to clone.
///
/// Every part is hashed with its length before it, so that `["ab", "c"]` and `["a", "bc"]` differ.
#[derive(Clone)]
pub struct MacKey(Arc<Keys>);

struct Keys {
    domain: String,
    current: (u32, hmac::Key),
    /// From the newest to the oldest.
    others: Vec<hmac::Key>,
}

impl MacKey {
    /// Derives the keys of `domain` from every version of the ring.
    pub fn new(keyring: &Keyring, domain: &str) -> Result<Self, KeyringError> {
        let build = |key: &[u8; 32]| Some(hmac::Key::new(hmac::HMAC_SHA256, key));
        let mut keys: BTreeMap<u32, hmac::Key> = keyring.derive("mac/hmac-sha256", domain, build)?;
        let version = keyring.current();
        let current = keys.remove(&version).ok_or(KeyringError::CurrentMissing(version))?;
        let others = keys.into_values().rev().collect();
        Ok(Self(Arc::new(Keys { domain: domain.to_owned(), current: (version, current), others })))
    }

    /// The key version [`tag`](Self::tag) uses, for a column beside the tag.
    pub fn current(&self) -> u32 {
        self.0.current.0
    }

    /// The fingerprint under the current key.
    pub fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        sign(&self.0.current.1, parts)
    }

    /// The fingerprints under every key of the ring, the current one first.
    pub fn candidates(&self, parts: &[&[u8]]) -> Vec<[u8; 32]> {
        std::iter::once(&self.0.current.1).chain(&self.0.others).map(|key| sign(key, parts)).collect()
    }

    /// Whether `tag` is the fingerprint of `parts` under any key of the ring. Takes the same time wherever they differ.
    pub fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.candidates(parts).iter().fold(false, |found, candidate| found | same(candidate, tag))
    }

    /// A short stable stand-in for a value that must not be stored or logged itself, such as an address: 32 hex digits.
    pub fn pseudonym(&self, value: &str) -> String {
        hex::encode(&self.tag(&[value.as_bytes()])[..16])
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MacKey").field("domain", &self.0.domain).field("current", &self.0.current.0).finish()
    }
}

pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(a, b).is_ok()
}

fn sign(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut tag = [0; 32];
    tag.copy_from_slice(context.sign().as_ref());
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        let key = MacKey::new(&Keyring::generate(), "test").unwrap();
        assert_ne!(key.tag(&[b"ab", b"c"]), key.tag(&[b"a", b"bc"]));
        assert_ne!(key.tag(&[b"", b"a"]), key.tag(&[b"a", b""]));
    }

    #[test]
    fn tags_verify_only_for_their_parts_and_domain() {
        let ring = Keyring::generate();
        let key = MacKey::new(&ring, "page tokens").unwrap();
        let tag = key.tag(&[b"cursor"]);
        assert!(key.verify(&[b"cursor"], &tag));
        assert!(!key.verify(&[b"other"], &tag));
        assert!(!key.verify(&[b"cursor"], &tag[..31]));
        assert!(!MacKey::new(&ring, "codes").unwrap().verify(&[b"cursor"], &tag));
    }

    #[test]
    fn pseudonyms_are_stable_and_short() {
        let key = MacKey::new(&Keyring::generate(), "addresses").unwrap();
        assert_eq!(key.pseudonym("10.0.0.1"), key.pseudonym("10.0.0.1"));
        assert_ne!(key.pseudonym("10.0.0.1"), key.pseudonym("10.0.0.2"));
        assert_eq!(key.pseudonym("10.0.0.1").len(), 32);
    }
}
