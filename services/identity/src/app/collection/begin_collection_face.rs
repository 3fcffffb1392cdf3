//! Records the consent and opens a face session for the identity a collection holds.

use serde::Serialize;
use serde_json::json;
use shiming_crypto::TokenHash;
use shiming_kernel::{CallContext, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::consenting::{self, Consented};
use crate::app::erase_withdrawn::settle_withdrawals;
use crate::app::{App, TicketView, allow, derived_id, derived_request};
use crate::clients::face::{NewFaceSession, Purpose};
use crate::domain::collection::{Collection, Step};
use crate::domain::consent::ConsentGiven;
use crate::error::IdentityError;
use crate::store::collections;
use crate::store::consents::{self, ConsentEntry};

/// Which collection goes on, and what was agreed to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BeginCollectionFace {
    pub(crate) token: Redacted<String>,
    pub(crate) consent: Option<ConsentGiven>,
}

/// Opens a face session; `None` when it was only checked. A session opened before no longer counts.
pub(crate) async fn begin_collection_face(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &BeginCollectionFace,
) -> Result<Option<TicketView>, IdentityError> {
    let key = Idempotency::of(caller, "BeginCollectionFace", request, command);
    if let Some(done) = app.replayed("begin_collection_face", &key).await? {
        return Ok(done);
    }
    let hash = TokenHash::of(command.token.expose());
    let collection = app.collection(caller, &hash, Step::Face).await?;
    let consent = consenting::require(app, &collection.identity, command.consent.as_ref()).await?;
    if request.validate_only {
        return Ok(None);
    }
    let ticket = open_face_session(app, request, &collection, &consent).await?;
    let attempt = || attempt(app, caller, &key, &hash, &consent, &ticket);
    app.store.retry("begin_collection_face", attempt).await
}

/// Asked for outside the transaction, and by ids that follow from the request: a repeat gets the same session.
async fn open_face_session(
    app: &App,
    request: RequestMeta,
    collection: &Collection,
    consent: &Consented,
) -> Result<TicketView, IdentityError> {
    settle_withdrawals(app, &collection.identity).await?;
    let session = NewFaceSession {
        purpose: Purpose::Collection,
        subject_id: collection.id.as_uuid(),
        person: collection.identity.clone(),
        consent_id: consent_id(collection, request),
        consent_version: consent.text.version,
        consent_sha256: consent.text.text_sha256,
        consent_time: consent.agree_time,
        request_id: derived_request("collection face", &[&collection.id, &request.request_id]),
    };
    Ok(app.face.open(session).await?.into())
}

fn consent_id(collection: &Collection, request: RequestMeta) -> uuid::Uuid {
    derived_id("collection consent", &[&collection.id, &request.request_id])
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    hash: &TokenHash,
    consent: &Consented,
    ticket: &TicketView,
) -> Result<Option<TicketView>, IdentityError> {
    let tx = app.store.begin("begin_collection_face").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let found = collections::lock(tx.conn(), &app.vault, hash).await?;
    let mut collection = allow(found, caller, Step::Face, tx.now())?;
    collection.face_opened(ticket.face_session_id, app.collection_end(tx.now()));
    collections::save(tx.conn(), &collection).await?;
    let identity_key = collection.identity.key();
    let entry = ConsentEntry {
        id: consent_id(&collection, key.request),
        subject_kind: "collection",
        subject_id: collection.id.as_uuid(),
        identity_key: &identity_key,
        text: consent.text,
        agree_time: consent.agree_time,
        client: &caller.client,
    };
    consents::insert(tx.conn(), &app.vault, &entry, tx.now()).await?;
    let detail = json!({
        "consent_id": entry.id,
        "consent_version": consent.text.version,
        "face_session_id": ticket.face_session_id,
    });
    tx.audit(AuditEntry::of(caller, "collection.face_opened", collection.id, detail));
    Ok(tx.finish(key, Some(ticket.clone())).await?)
}
