//! Has face-auth erase what a withdrawal ended, however often it takes: the request's id follows from the withdrawal, so a repeat
//! erases nothing twice and gets the same proof.

use std::sync::Arc;

use serde_json::json;
use shiming_identifiers::Identity;
use shiming_kernel::{CallContext, Caller};
use shiming_service::Service;
use shiming_store::AuditEntry;

use super::{App, derived_request};
use crate::clients::face_data::{FaceOwner, NewErasure};
use crate::domain::withdrawal::Withdrawal;
use crate::error::IdentityError;
use crate::store::{persons, withdrawals};

const AT_ONCE: u64 = 100;

/// Erases, and completes the withdrawal with the proof.
pub(super) async fn erase_withdrawn(app: &App, withdrawal: &Withdrawal) -> Result<Withdrawal, IdentityError> {
    let person = persons::by_id(app.store.reader(), &app.vault, withdrawal.person_id).await?;
    let person = person.ok_or(IdentityError::Corrupt("person of a withdrawal"))?;
    let erasure = NewErasure {
        owner: FaceOwner::of(&person.identity),
        withdraw_time: withdrawal.withdraw_time,
        request_id: derived_request("erase face data", &[&withdrawal.id]),
    };
    let erasure = app.face_data.erase(erasure).await?;
    let complete = || async {
        let tx = app.store.begin("erase_withdrawn").await?;
        if withdrawals::mark_erased(tx.conn(), withdrawal.id, &erasure).await? {
            let caller = CallContext::new(Caller::Service(<crate::Identity as Service>::NAME.to_owned()));
            let detail = json!({"withdrawal_id": withdrawal.id, "erasure_id": erasure.erasure_id,
                "erased": erasure.counts});
            let subject = format!("person:{}", withdrawal.person_id);
            tx.audit(AuditEntry::of(&caller, "consent.face_data_erased", subject, detail));
        }
        Ok::<_, IdentityError>(tx.commit().await?)
    };
    app.store.retry("erase_withdrawn", complete).await?;
    Ok(Withdrawal { erasure: Some(erasure), ..withdrawal.clone() })
}

/// Before a face is processed again, what was withdrawn must be erased: else the erasure would take the new data with it.
pub(super) async fn settle_withdrawals(app: &App, identity: &Identity) -> Result<(), IdentityError> {
    let all = withdrawals::of_identity(app.store.reader(), &app.vault, &identity.key()).await?;
    for withdrawal in all.iter().filter(|one| one.erasure.is_none()) {
        erase_withdrawn(app, withdrawal).await?;
    }
    Ok(())
}

/// Goes on with erasures that were not done.
pub(crate) async fn erase_pending(app: Arc<App>) -> Result<(), IdentityError> {
    for withdrawal in withdrawals::pending(app.store.reader(), AT_ONCE).await? {
        if let Err(error) = erase_withdrawn(&app, &withdrawal).await {
            tracing::warn!(error = ?error, withdrawal_id = %withdrawal.id, "face data will be erased next time");
        }
    }
    Ok(())
}
