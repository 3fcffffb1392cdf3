//! The keys of face-auth's tables: what seals their fields, and what finds their rows.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shiming_crypto::{BlindIndex, CryptoError, Keyring, KeyringError, MacKey, Sealer, field_context};
use shiming_face_engine::{ModelVersions, Template};
use uuid::Uuid;

use super::Found;
use crate::domain::IdentityKeys;

const TEMPLATE: &str = "authority_references.template";
const NAME: &str = "authority_references.name";
const IDENTITY: &str = "face_sessions.identity";
const EVIDENCE: &str = "face_evidence.image";

/// Everything derived from face-auth's keyring. Templates have keys of their own: whoever holds those of the sessions opens no face.
#[derive(Clone, Debug)]
pub(crate) struct Vault {
    references: Sealer,
    sessions: Sealer,
    evidence: Sealer,
    identities: BlindIndex,
    devices: BlindIndex,
    contents: MacKey,
    frames: MacKey,
    pseudonyms: MacKey,
}

impl Vault {
    /// Derives every key this service uses.
    pub(crate) fn new(keyring: &Keyring) -> Result<Self, KeyringError> {
        Ok(Self {
            references: Sealer::new(keyring, "face.reference")?,
            sessions: Sealer::new(keyring, "face.session")?,
            evidence: Sealer::new(keyring, "face.evidence")?,
            identities: BlindIndex::new(keyring, "face.identity")?,
            devices: BlindIndex::new(keyring, "face.device")?,
            contents: MacKey::new(keyring, "face.reference.content")?,
            frames: MacKey::new(keyring, "face.frame")?,
            pseudonyms: MacKey::new(keyring, "face.pseudonym")?,
        })
    }

    pub(super) fn index(&self, document: &str) -> Vec<u8> {
        self.identities.index(document).to_vec()
    }

    /// The index under every key that may have been current when a row was written.
    pub(super) fn candidates(&self, document: &str) -> Vec<Vec<u8>> {
        self.identities.candidates(document).into_iter().map(Vec::from).collect()
    }

    pub(super) fn device_candidates(&self, device: &str) -> Vec<Vec<u8>> {
        self.devices.candidates(device).into_iter().map(Vec::from).collect()
    }

    /// What tells whether a frame was judged before.
    pub(crate) fn frame_mark(&self, image: &[u8]) -> [u8; 32] {
        self.frames.tag(&[image])
    }

    /// A name for an identity or device by which nobody finds it.
    pub(crate) fn pseudonym(&self, kind: &str, value: &str) -> String {
        self.pseudonyms.pseudonym(&format!("{kind}:{value}"))
    }

    pub(super) fn seal_identity(&self, row: Uuid, keys: &IdentityKeys) -> Found<Vec<u8>> {
        let json = serde_json::to_vec(keys).map_err(shiming_store::StoreError::from)?;
        Ok(self.sessions.seal(&field_context(IDENTITY, row), &json)?)
    }

    pub(super) fn open_identity(&self, row: Uuid, sealed: &[u8]) -> Found<IdentityKeys> {
        let json = self.sessions.open(&field_context(IDENTITY, row), sealed)?;
        Ok(serde_json::from_slice(&json).map_err(shiming_store::StoreError::from)?)
    }

    /// Seals what belongs to a session, for one column of one row.
    pub(super) fn seal_json(&self, column: &str, row: Uuid, value: &impl Serialize) -> Found<Vec<u8>> {
        let json =
            zeroize::Zeroizing::new(serde_json::to_vec(value).map_err(shiming_store::StoreError::from)?);
        Ok(self.sessions.seal(&field_context(column, row), &json)?)
    }

    pub(super) fn open_json<T: DeserializeOwned>(&self, column: &str, row: Uuid, sealed: &[u8]) -> Found<T> {
        let json = zeroize::Zeroizing::new(self.sessions.open(&field_context(column, row), sealed)?);
        Ok(serde_json::from_slice(&json).map_err(shiming_store::StoreError::from)?)
    }

    pub(super) fn seal_template(&self, row: Uuid, template: &Template) -> Result<Vec<u8>, CryptoError> {
        self.references.seal(&field_context(TEMPLATE, row), &template.to_bytes())
    }

    pub(super) fn open_template(&self, row: Uuid, sealed: &[u8]) -> Found<Template> {
        let bytes = zeroize::Zeroizing::new(self.references.open(&field_context(TEMPLATE, row), sealed)?);
        Ok(Template::from_bytes(&bytes)?)
    }

    pub(super) fn seal_name(&self, row: Uuid, name: &str) -> Result<Vec<u8>, CryptoError> {
        self.references.seal_text(&field_context(NAME, row), name)
    }

    pub(super) fn open_name(&self, row: Uuid, sealed: &[u8]) -> Result<String, CryptoError> {
        Ok(self.references.open_text(&field_context(NAME, row), sealed)?.into_inner())
    }

    pub(super) fn seal_evidence(&self, row: Uuid, image: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.evidence.seal(&field_context(EVIDENCE, row), image)
    }

    pub(super) fn open_evidence(&self, row: Uuid, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.evidence.open(&field_context(EVIDENCE, row), sealed)
    }

    /// What tells whether a row of an import was stored before: a keyed hash of all that a reference is made of, so that the photo
    /// itself need not be kept.
    pub(crate) fn content(&self, models: &ModelVersions, keys: &IdentityKeys, photo: &[u8]) -> [u8; 32] {
        let mut parts = vec![models.pack.as_bytes(), keys.document.as_bytes(), keys.name.as_bytes(), photo];
        parts.extend(models.nets.iter().map(|net| net.sha256.as_bytes()));
        self.contents.tag(&parts)
    }
}
