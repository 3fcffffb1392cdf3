//! The keys of identity's tables: what seals their fields, and what finds their rows.

use shiming_crypto::{
    BlindIndex, CryptoError, Keyring, KeyringError, MacKey, OneTimeCodes, Sealer, field_context,
};
use shiming_identifiers::Mobile;
use shiming_kernel::Redacted;
use uuid::Uuid;

use crate::error::IdentityError;

/// Everything derived from identity's keyring.
#[derive(Clone, Debug)]
pub(crate) struct Vault {
    sealer: Sealer,
    /// Over the identity key: document family and canonical number.
    pub(crate) identities: BlindIndex,
    /// Over the mobile's eleven digits.
    pub(crate) mobiles: BlindIndex,
    /// One-time codes' keyed hashes.
    pub(crate) codes: OneTimeCodes,
    /// Names for identities and phones in cache keys and audit rows, and ids derived from other ids.
    pub(crate) pseudonyms: MacKey,
}

impl Vault {
    /// Derives every key this service uses.
    pub(crate) fn new(keyring: &Keyring) -> Result<Self, KeyringError> {
        Ok(Self {
            sealer: Sealer::new(keyring, "identity")?,
            identities: BlindIndex::new(keyring, "persons.identity")?,
            mobiles: BlindIndex::new(keyring, "persons.mobile")?,
            codes: OneTimeCodes::new(keyring, "identity")?,
            pseudonyms: MacKey::new(keyring, "identity pseudonyms")?,
        })
    }

    /// The index of an identity key under every key that may have been current when a row was written.
    pub(super) fn identity_candidates(&self, key: &str) -> Vec<Vec<u8>> {
        self.identities.candidates(key).into_iter().map(Vec::from).collect()
    }

    pub(super) fn seal(&self, column: &str, row: Uuid, text: &str) -> Result<Vec<u8>, CryptoError> {
        self.sealer.seal_text(&field_context(column, row), text)
    }

    pub(super) fn open(
        &self,
        column: &str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Redacted<String>, CryptoError> {
        self.sealer.open_text(&field_context(column, row), sealed)
    }

    /// A stored mobile, whatever ranges are taken today.
    pub(super) fn stored_mobile(text: &str) -> Result<Mobile, IdentityError> {
        Mobile::parse_taken(text).map_err(|_| IdentityError::Corrupt("persons.mobile"))
    }

    pub(super) fn index_version(&self) -> Result<i32, IdentityError> {
        i32::try_from(self.identities.current()).map_err(|_| IdentityError::Corrupt("keyring version"))
    }
}
