//! Seals what is personal, and indexes what of it must be found again.

use shiming_crypto::{BlindIndex, Keyring, KeyringError, Sealer, field_context};
use shiming_kernel::Redacted;
use uuid::Uuid;

use crate::domain::NaturalPerson;
use crate::error::EnterpriseBindingError;

/// The keys of this service's columns. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Vault {
    sealer: Sealer,
    persons: BlindIndex,
    taxpayers: BlindIndex,
}

impl Vault {
    pub(crate) fn new(keyring: &Keyring, sealer: Sealer) -> Result<Self, KeyringError> {
        Ok(Self {
            sealer,
            persons: BlindIndex::new(keyring, "enterprises.person")?,
            taxpayers: BlindIndex::new(keyring, "enterprises.taxpayer")?,
        })
    }

    pub(super) fn seal_person(
        &self,
        column: &str,
        row: Uuid,
        person: &NaturalPerson,
    ) -> Result<Vec<u8>, EnterpriseBindingError> {
        let plain = serde_json::to_vec(person).map_err(|_| EnterpriseBindingError::Stored("person"))?;
        Ok(self.sealer.seal(&field_context(column, row), &plain)?)
    }

    pub(super) fn open_person(
        &self,
        column: &str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<NaturalPerson, EnterpriseBindingError> {
        let plain = self.sealer.open(&field_context(column, row), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| EnterpriseBindingError::Stored("person"))
    }

    pub(super) fn seal_text(
        &self,
        column: &str,
        row: Uuid,
        text: &Redacted<String>,
    ) -> Result<Vec<u8>, EnterpriseBindingError> {
        Ok(self.sealer.seal_text(&field_context(column, row), text.expose())?)
    }

    pub(super) fn open_text(
        &self,
        column: &str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Redacted<String>, EnterpriseBindingError> {
        Ok(self.sealer.open_text(&field_context(column, row), sealed)?)
    }

    pub(super) fn person_index(&self, person: &NaturalPerson) -> Vec<u8> {
        self.persons.index(person.identity_key()).to_vec()
    }

    /// The person's index under every key that may have been current when a row was written.
    pub(super) fn person_candidates(&self, person: &NaturalPerson) -> Vec<Vec<u8>> {
        self.persons.candidates(person.identity_key()).into_iter().map(Vec::from).collect()
    }

    pub(super) fn taxpayer_index(&self, id: &str) -> Vec<u8> {
        self.taxpayers.index(id).to_vec()
    }

    pub(super) fn taxpayer_candidates(&self, id: &str) -> Vec<Vec<u8>> {
        self.taxpayers.candidates(id).into_iter().map(Vec::from).collect()
    }
}
