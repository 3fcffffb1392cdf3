//! Use cases, one file each, in the folder of the contract's service that offers them; what several share stands beside them: codes, lockout, sending, sessions.

pub(crate) mod acting;
pub(crate) mod codes;
pub(crate) mod collection;
pub(crate) mod consent;
mod consenting;
mod erase_withdrawn;
mod forget;
mod lockout;
pub(crate) mod login;
pub(crate) mod person;
pub(crate) mod rules;
pub(crate) mod senders;
pub(crate) mod sending;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod step_up;

use std::fmt::Display;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shiming_cache::SharedCache;
use shiming_crypto::TokenHash;
use shiming_identifiers::{DocumentType, Identity, Mobile};
use shiming_kernel::{CallContext, FieldViolation, Redacted, RequestId, china_date};
use shiming_runtime::Shutdown;
use shiming_store::{AuditEntry, Idempotency, Store};
use uuid::Uuid;

use crate::clients::face::{FaceAuth, FaceTicket, HostedCheck};
use crate::clients::face_data::FaceData;
use crate::clients::sms::SmsSender;
use crate::domain::collection::{Collection, Step, StepRefusal};
use crate::error::IdentityError;
use crate::store::{Vault, collections, persons};

pub(crate) use erase_withdrawn::erase_pending;
pub(crate) use forget::forget;

/// What every use case works with.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) cache: SharedCache,
    pub(crate) vault: Vault,
    pub(crate) decoy: persons::Decoy,
    pub(crate) rules: rules::Rules,
    pub(crate) face: Arc<dyn FaceAuth>,
    pub(crate) face_data: Arc<dyn FaceData>,
    pub(crate) sms: Arc<dyn SmsSender>,
    pub(crate) sending: sending::Sending,
    pub(crate) shutdown: Shutdown,
}

/// A document as typed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DocumentInput {
    pub(crate) kind: DocumentType,
    pub(crate) number: Redacted<String>,
    pub(crate) name: Redacted<String>,
}

/// A face session handed out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TicketView {
    pub(crate) face_session_id: shiming_kernel::FaceSessionId,
    pub(crate) capture_token: Redacted<String>,
    pub(crate) expire_time: DateTime<Utc>,
    /// Absent in answers of version 0.1.
    #[serde(default)]
    pub(crate) hosted: Option<HostedCheck>,
}

impl From<FaceTicket> for TicketView {
    fn from(ticket: FaceTicket) -> Self {
        let FaceTicket { face_session_id, capture_token, expire_time, hosted } = ticket;
        Self { face_session_id, capture_token, expire_time, hosted }
    }
}

impl App {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.store.now()
    }

    pub(crate) fn today(&self) -> NaiveDate {
        china_date(self.now())
    }

    fn collection_end(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::from_std(self.rules.collection_lifetime.get()).unwrap_or(TimeDelta::zero())
    }

    fn mobile(&self, text: &Redacted<String>) -> Result<Mobile, FieldViolation> {
        Mobile::parse_with(&self.rules.mobile_pattern, text.expose())
            .map_err(|error| error.violation("mobile"))
    }

    fn identity(&self, document: &DocumentInput) -> Result<Identity, Vec<FieldViolation>> {
        Identity::parse(
            document.kind,
            document.number.expose(),
            document.name.expose(),
            self.today(),
            "document",
        )
    }

    /// A stable name for an identity in audit rows and cache keys, which tells nobody the number.
    fn pseudonym(&self, identity_key: &str) -> String {
        self.vault.pseudonyms.pseudonym(identity_key)
    }

    /// The answer a request got before, if it did. The use case asks again within the transaction that answers.
    async fn replayed<T: DeserializeOwned>(
        &self,
        op: &'static str,
        key: &Idempotency,
    ) -> Result<Option<T>, IdentityError> {
        if key.request.validate_only {
            return Ok(None);
        }
        let look = || async { Ok(self.store.begin(op).await?.replayed(key).await?) };
        self.store.retry(op, look).await
    }

    /// A collection that may take `step` now, as last committed.
    async fn collection(
        &self,
        caller: &CallContext,
        token: &TokenHash,
        step: Step,
    ) -> Result<Collection, IdentityError> {
        let found = collections::by_token(self.store.reader(), &self.vault, token).await?;
        allow(found, caller, step, self.now())
    }

    /// Writes an audit row for something that changed nothing else: a refusal worth keeping.
    async fn record(&self, entry: AuditEntry) -> Result<(), IdentityError> {
        let write = || async {
            let tx = self.store.begin("record_refusal").await?;
            tx.audit(entry.clone());
            Ok(tx.commit().await?)
        };
        self.store.retry("record_refusal", write).await
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

/// The collection, if it is this browser's and `step` is what it needs now.
fn allow(
    found: Option<Collection>,
    caller: &CallContext,
    step: Step,
    now: DateTime<Utc>,
) -> Result<Collection, IdentityError> {
    let found = found.filter(|collection| collection.is_of(caller.client.device_hash.as_deref()));
    let collection = found.ok_or(IdentityError::CollectionNotFound)?;
    match collection.allow(step, now) {
        Ok(()) => Ok(collection),
        Err(StepRefusal::Gone) => Err(IdentityError::CollectionNotFound),
        Err(StepRefusal::Due(due)) => Err(IdentityError::CollectionStep(due)),
    }
}

/// An id that follows from others: the same for every repeat of the same intent, so that what we ask of other services is asked once.
fn derived_id(label: &str, parts: &[&dyn Display]) -> Uuid {
    let text = parts.iter().fold(label.to_owned(), |text, part| format!("{text}/{part}"));
    let hash = TokenHash::of(&text);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn derived_request(label: &str, parts: &[&dyn Display]) -> RequestId {
    derived_id(label, parts).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_are_stable_and_distinct() {
        let id = |label, part: &str| derived_id(label, &[&part]);
        assert_eq!(id("redeem", "a"), id("redeem", "a"));
        assert_ne!(id("redeem", "a"), id("redeem", "b"));
        assert_ne!(id("redeem", "a"), id("consent", "a"));
        assert_eq!(id("redeem", "a").to_string().len(), 36);
    }
}
