//! Looking up a sealed value without opening every row.

use crate::{Keyring, KeyringError, MacKey};

/// A keyed hash of a canonical value, kept in its own column beside the sealed one.
///
/// Equal values have equal indexes, so a column of low entropy (a sex, a district) must not get one.
#[derive(Clone, Debug)]
pub struct BlindIndex(MacKey);

impl BlindIndex {
    /// An index for one column, e.g. `persons.identity`. Indexes of different columns can't be joined.
    pub fn new(keyring: &Keyring, column: &str) -> Result<Self, KeyringError> {
        MacKey::new(keyring, &format!("blind-index/{column}")).map(Self)
    }

    /// What to store: the index under the current key. `canonical` must be the one spelling of the value.
    pub fn index(&self, canonical: &str) -> [u8; 32] {
        self.0.tag(&[canonical.as_bytes()])
    }

    /// What to look for (`IN (…)`): the index under every key of the ring, the current one first. A uniqueness check
    /// during a rotation must use these too.
    pub fn candidates(&self, canonical: &str) -> Vec<[u8; 32]> {
        self.0.candidates(&[canonical.as_bytes()])
    }

    /// The key version [`index`](Self::index) uses.
    pub fn current(&self) -> u32 {
        self.0.current()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyringConfig;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use shiming_kernel::Redacted;

    fn index(current: u32, versions: &[u8]) -> BlindIndex {
        let keys =
            versions.iter().map(|&v| (u32::from(v), Redacted::new(STANDARD.encode([v; 32])))).collect();
        let ring = Keyring::from_config(&KeyringConfig { current, keys }).unwrap();
        BlindIndex::new(&ring, "persons.identity").unwrap()
    }

    #[test]
    fn rows_written_before_a_rotation_are_found_after_it() {
        let old = index(1, &[1]).index("resident:640101199003070015");
        let rotated = index(3, &[1, 2, 3]);
        let candidates = rotated.candidates("resident:640101199003070015");
        assert_eq!(candidates[0], rotated.index("resident:640101199003070015"));
        assert_eq!(candidates[2], old);
        assert_ne!(candidates[0], old);
        assert!(!rotated.candidates("resident:640101199003070023").contains(&old));
    }

    #[test]
    fn columns_have_unrelated_indexes() {
        let ring = Keyring::generate();
        let [a, b] = ["persons.identity", "persons.phone"].map(|c| BlindIndex::new(&ring, c).unwrap());
        assert_ne!(a.index("13800138000"), b.index("13800138000"));
    }

    /// Stored indexes must outlive every refactoring: computed apart from this crate (Python's hmac and hashlib).
    #[test]
    fn the_stored_form_never_changes() {
        let index = index(1, &[1]).index("resident:640101199003070015");
        assert_eq!(hex::encode(index), "c5cb13ab332e8f766d1c12857443e92d02e3f60a83498a0ef49e8b6925878ac0");
    }
}
