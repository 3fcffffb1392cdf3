//! Erases what is kept of a person's face, and proves it.
//!
//! The proof names the audit row of the erasure, which commits with it: whoever keeps the proof can later have the chain verified up to
//! that row.

use chrono::{DateTime, Utc};
use serde_json::json;
use shiming_identifiers::Identity;
use shiming_kernel::{CallContext, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::App;
use crate::domain::{AuditClaim, ERASURE_KIND, Erasure, ErasureClaims, IdentityKeys};
use crate::error::FaceAuthError;
use crate::store::{self, Tombstone};

/// Whose face data goes, and why.
pub(crate) struct EraseFaceData {
    pub(crate) person: Identity,
    /// For the audit.
    pub(crate) purpose: String,
    /// Of the consent; `None`: now.
    pub(crate) withdraw_time: Option<DateTime<Utc>>,
}

/// Erases it.
pub(crate) async fn erase_face_data(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    cmd: &EraseFaceData,
) -> Result<Erasure, FaceAuthError> {
    let keys = IdentityKeys::of(&cmd.person);
    let command = (&keys.document, &cmd.purpose, cmd.withdraw_time);
    let key = Idempotency::of(caller, "EraseFaceData", request, &command);
    app.store.retry("erase_face_data", || attempt(app, caller, cmd, &keys, &key)).await
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    cmd: &EraseFaceData,
    keys: &IdentityKeys,
    key: &Idempotency,
) -> Result<Erasure, FaceAuthError> {
    let tx = app.store.begin("erase_face_data").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    store::take_turn(&tx, &app.vault, &keys.document).await?;
    let before = store::find_tombstone(tx.conn(), &app.vault, &keys.document).await?;
    // A repeat whose first answer was forgotten: a job may come again after days.
    if let Some(same) = before.as_ref().filter(|before| before.request_id == key.request.request_id) {
        let erasure = same.erasure.clone();
        return Ok(tx.finish(key, erasure).await?);
    }
    let counts = store::erase(&tx, &app.vault, &keys.document).await?;
    let (erasure_id, pseudonym) = (app.ids.next(), app.vault.pseudonym("identity", &keys.document));
    let detail = json!({"identity": pseudonym, "purpose": cmd.purpose, "erased": counts});
    tx.audit(AuditEntry::of(caller, "face_data.erased", erasure_id, detail));
    let place = tx.place_audit().await?;
    let audit = AuditClaim { sequence: place.seq, hash: hex::encode(place.hash) };
    let claims = ErasureClaims::new(erasure_id, pseudonym, tx.now(), counts, audit);
    let proof = app.results.sign(ERASURE_KIND, &claims)?;
    let erasure = Erasure { erasure_id, erase_time: tx.now(), counts, proof };
    let asked = cmd.withdraw_time.unwrap_or(tx.now());
    let withdraw_time = before.map_or(asked, |before| before.withdraw_time.max(asked));
    let tombstone = Tombstone { withdraw_time, request_id: key.request.request_id, erasure: erasure.clone() };
    store::put_tombstone(&tx, &app.vault, &keys.document, &tombstone).await?;
    Ok(tx.finish(key, erasure).await?)
}
