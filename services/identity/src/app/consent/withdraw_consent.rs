//! Withdraws a consent, and has the face data erased.
//!
//! ```text
//! withdrawal row, audit, answer ─ COMMIT ─▶ face-auth erases ─▶ the row is completed with the proof
//!                                             └ not reachable, or the process died: the job goes on (`erase_withdrawn`)
//! ```
//! The withdrawal counts from its commit on, whatever becomes of the erasure.

use serde_json::json;
use shiming_kernel::{CallContext, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};
use uuid::Uuid;

use crate::app::erase_withdrawn::erase_withdrawn;
use crate::app::person::get_profile::get_profile;
use crate::app::{App, derived_id};
use crate::domain::person::Person;
use crate::domain::withdrawal::Withdrawal;
use crate::error::IdentityError;
use crate::store::{consents, withdrawals};

/// Withdraws it; `None` when it was only checked. A consent that was withdrawn before shows its withdrawal.
pub(crate) async fn withdraw_consent(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    consent_id: Uuid,
) -> Result<Option<Withdrawal>, IdentityError> {
    let person = get_profile(app, caller).await?;
    let key = Idempotency::of(caller, "WithdrawConsent", request, &consent_id);
    let id = app.store.retry("withdraw_consent", || attempt(app, caller, &key, &person, consent_id)).await?;
    if request.validate_only {
        return Ok(None);
    }
    let withdrawal = withdrawals::by_id(app.store.reader(), id).await?;
    let withdrawal = withdrawal.ok_or(IdentityError::Corrupt("withdrawal"))?;
    if withdrawal.erasure.is_some() {
        return Ok(Some(withdrawal));
    }
    match erase_withdrawn(app, &withdrawal).await {
        Ok(erased) => Ok(Some(erased)),
        Err(error) => {
            tracing::warn!(error = ?error, withdrawal_id = %id, "face data will be erased as soon as it can");
            Ok(Some(withdrawal))
        }
    }
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    person: &Person,
    consent_id: Uuid,
) -> Result<Uuid, IdentityError> {
    let tx = app.store.begin("withdraw_consent").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let identity_key = person.identity.key();
    let entry = consents::lock(tx.conn(), &app.vault, &identity_key, consent_id).await?;
    let entry = entry.ok_or(IdentityError::ConsentNotFound)?;
    let before = withdrawals::of_identity(tx.conn(), &app.vault, &identity_key).await?;
    if let Some(ended) = before.iter().find(|one| one.covers(entry.purpose, entry.create_time)) {
        return Ok(tx.finish(key, ended.id).await?);
    }
    let withdrawal = Withdrawal {
        id: derived_id("withdrawal", &[&consent_id]),
        consent_id,
        person_id: person.id,
        purpose: entry.purpose,
        withdraw_time: tx.now(),
        erasure: None,
    };
    withdrawals::insert(tx.conn(), &app.vault, &identity_key, &withdrawal).await?;
    let detail = json!({"consent_id": consent_id, "withdrawal_id": withdrawal.id,
        "purpose": entry.purpose.as_str(), "consent_version": entry.text_version});
    tx.audit(AuditEntry::of(caller, "consent.withdrawn", format!("person:{}", person.id), detail));
    Ok(tx.finish(key, withdrawal.id).await?)
}
