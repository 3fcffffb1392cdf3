//! Has face-auth erase what a withdrawal ended, however often it takes: the request's id follows from the withdrawal, so a repeat
//! erases nothing twice and gets the same proof.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use shiming_store::AuditEntry;
use tokio_util::sync::CancellationToken;

use super::{App, derived_request};
use crate::clients::face_data::{FaceOwner, NewErasure};
use crate::domain::identity::Identity;
use crate::domain::withdrawal::Withdrawal;
use crate::error::IdentityError;
use crate::store::{persons, withdrawals};

const EVERY: Duration = Duration::from_secs(30);
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
            tx.audit(AuditEntry {
                actor: format!("service:{}", crate::NAME),
                action: "consent.face_data_erased",
                subject: format!("person:{}", withdrawal.person_id),
                detail: json!({"withdrawal_id": withdrawal.id, "erasure_id": erasure.erasure_id,
                    "erased": erasure.counts}),
                trace_id: None,
            });
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

/// Goes on with erasures that were not done, at start and every half minute until `stop`. Any number of replicas may do so.
pub(crate) async fn erase_pending(app: Arc<App>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = try_all(&app) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn try_all(app: &App) {
    let pending = match withdrawals::pending(app.store.reader(), AT_ONCE).await {
        Ok(pending) => pending,
        Err(error) => return tracing::warn!(error = ?error, "erasures will be looked for next time"),
    };
    for withdrawal in pending {
        if let Err(error) = erase_withdrawn(app, &withdrawal).await {
            tracing::warn!(error = ?error, withdrawal_id = %withdrawal.id, "face data will be erased next time");
        }
    }
}
