//! One-time codes: stored as a keyed hash only, compared in constant time.

use crate::{Keyring, KeyringError, MacKey};

/// Makes and checks the stored form of one-time codes.
///
/// Six digits are guessed in a moment once a plain hash leaks, hence the key; and one code must not serve another purpose,
/// phone or person, hence the binding.
#[derive(Clone, Debug)]
pub struct OneTimeCodes(MacKey);

impl OneTimeCodes {
    /// Codes of one domain, e.g. `identity`.
    pub fn new(keyring: &Keyring, domain: &str) -> Result<Self, KeyringError> {
        MacKey::new(keyring, &format!("one-time-code/{domain}")).map(Self)
    }

    /// What to store for `code`. `binding` lists what it is good for: purpose, phone, identity, …, in a fixed order.
    pub fn mac(&self, binding: &[&str], code: &str) -> [u8; 32] {
        self.0.tag(&parts(binding, code))
    }

    /// Whether `code` is the one stored as `mac` for the same `binding`. Counting tries is the caller's part.
    pub fn verify(&self, binding: &[&str], code: &str, mac: &[u8]) -> bool {
        self.0.verify(&parts(binding, code), mac)
    }
}

fn parts<'a>(binding: &[&'a str], code: &'a str) -> Vec<&'a [u8]> {
    std::iter::once(code).chain(binding.iter().copied()).map(str::as_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_only_for_what_it_was_sent_for() {
        let codes = OneTimeCodes::new(&Keyring::generate(), "identity").unwrap();
        let mac = codes.mac(&["login", "13800138000"], "042817");
        assert!(codes.verify(&["login", "13800138000"], "042817", &mac));
        assert!(!codes.verify(&["login", "13800138000"], "042818", &mac));
        assert!(!codes.verify(&["collection", "13800138000"], "042817", &mac));
        assert!(!codes.verify(&["login", "13800138001"], "042817", &mac));
        assert!(!codes.verify(&["login"], "042817", &mac));
        assert!(!codes.verify(&["login", "13800138000"], "042817", &[]));
    }
}
