//! Begins a collection. Whether the person is collected already, or locked for today, shows only after the face passed: before that, whoever
//! typed the number need not be its owner.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiming_crypto::SecretToken;
use shiming_identifiers::Identity;
use shiming_kernel::{CallContext, CollectionId, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::{App, DocumentInput};
use crate::domain::collection::{Collection, Step};
use crate::error::IdentityError;
use crate::store::collections;

/// Face-auth compares no face of anybody younger.
const FACES_COMPARED_FROM: u32 = 16;

/// Who is to be collected.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StartCollection {
    pub(crate) document: DocumentInput,
}

/// A collection under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CollectionStarted {
    /// Empty when it was only checked.
    pub(crate) token: Redacted<String>,
    pub(crate) expire_time: DateTime<Utc>,
    pub(crate) document_masked: String,
    pub(crate) name_masked: String,
}

/// Opens a collection for an identity that may be collected online.
pub(crate) async fn start_collection(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &StartCollection,
) -> Result<CollectionStarted, IdentityError> {
    let identity = check(app, command)?;
    app.store.retry("start_collection", || attempt(app, caller, request, command, &identity)).await
}

fn check(app: &App, command: &StartCollection) -> Result<Identity, IdentityError> {
    // The authority has photos of resident IDs only. Said before the number is read: it helps nobody to correct it first.
    if !command.document.kind.supports_face() {
        return Err(IdentityError::CounterRequired);
    }
    let identity = app.identity(&command.document).map_err(IdentityError::InvalidFields)?;
    let age = identity.age_on(app.today());
    if age.is_some_and(|age| age < app.rules.guardian_consent_under_age) {
        return Err(IdentityError::GuardianConsentRequired);
    }
    // Face-auth would refuse them too, but only after the tips and the consent, before the camera.
    if age.is_some_and(|age| age < FACES_COMPARED_FROM) {
        return Err(IdentityError::FaceUnderAge);
    }
    Ok(identity)
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &StartCollection,
    identity: &Identity,
) -> Result<CollectionStarted, IdentityError> {
    let key = Idempotency::of(caller, "StartCollection", request, command);
    let tx = app.store.begin("start_collection").await?;
    if let Some(done) = tx.replayed(&key).await? {
        return Ok(done);
    }
    let (token, hash) = SecretToken::generate();
    let collection = Collection {
        id: CollectionId::new(&**app.store.clock()),
        identity: identity.clone(),
        step: Step::Face,
        face_session_id: None,
        face_pass_time: None,
        expire_time: app.collection_end(tx.now()),
        person_id: None,
        device_hash: caller.client.device_hash.clone(),
        version: 0,
    };
    collections::insert(tx.conn(), &app.vault, &collection, &hash, tx.now()).await?;
    let detail = json!({"document_type": identity.document_type().name(), "ip_hash": caller.client.ip_hash});
    tx.audit(AuditEntry::of(caller, "collection.started", collection.id, detail));
    let started = CollectionStarted {
        token: if request.validate_only { "".into() } else { token.expose().into() },
        expire_time: collection.expire_time,
        document_masked: identity.document.masked(),
        name_masked: identity.name.masked(),
    };
    Ok(tx.finish(&key, started).await?)
}
