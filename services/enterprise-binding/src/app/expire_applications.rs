//! Applications that nobody decided in time lapse, each in a transaction of its own: a sweep that is stopped goes on where it was.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;
use shiming_kernel::{BindingId, CallContext, Caller, EnterpriseId, Notice};
use shiming_service::Service as _;
use shiming_store::{AuditEntry, Tx};

use super::App;
use super::announce::announce;
use crate::EnterpriseBinding;
use crate::domain::{Binding, BindingState, Enterprise, EventKind, Telling as _};
use crate::error::EnterpriseBindingError;
use crate::store;

const BATCH: u64 = 100;
/// A day's counts are of no use once that day is over everywhere.
const LOOKUPS_KEPT: TimeDelta = TimeDelta::days(2);

/// Lets everything overdue lapse, and forgets the counts of past days.
pub(crate) async fn sweep(app: Arc<App>) -> Result<(), EnterpriseBindingError> {
    let expired = expire_applications(&app).await?;
    if expired > 0 {
        tracing::info!(expired, "applications lapsed");
    }
    Ok(store::forget_lookups(&app.store, app.store.now() - LOOKUPS_KEPT).await.map(drop)?)
}

/// Lets everything overdue lapse, the oldest first, and tells how many that were.
pub(crate) async fn expire_applications(app: &App) -> Result<u64, EnterpriseBindingError> {
    let caller = CallContext::new(Caller::Service(EnterpriseBinding::NAME.to_owned()));
    let mut expired = 0;
    loop {
        let overdue = store::list_overdue(app.store.reader(), app.store.now(), BATCH).await?;
        let mut lapsed = 0;
        for (binding_id, enterprise_id) in &overdue {
            let attempt = || attempt(app, &caller, *binding_id, *enterprise_id);
            lapsed += u64::from(app.store.retry("expire_application", attempt).await?);
        }
        expired += lapsed;
        if lapsed == 0 || (overdue.len() as u64) < BATCH {
            return Ok(expired);
        }
    }
}

/// False when somebody decided it, or another replica's sweep came first.
async fn attempt(
    app: &App,
    caller: &CallContext,
    binding_id: BindingId,
    enterprise_id: EnterpriseId,
) -> Result<bool, EnterpriseBindingError> {
    let tx = app.store.begin("expire_application").await?;
    let enterprise = store::lock_enterprise(&tx, &app.vault, enterprise_id).await?;
    let binding = store::find_binding(tx.conn(), &app.vault, binding_id).await?;
    let (Some(enterprise), Some(binding)) = (enterprise, binding) else { return Ok(false) };
    if binding.state != BindingState::Pending || !binding.is_overdue(tx.now()) {
        return Ok(false);
    }
    expire_one(app, caller, &tx, binding, &enterprise).await?;
    tx.commit().await?;
    Ok(true)
}

/// Lets `binding` lapse within `tx`, which holds the enterprise's lock.
pub(super) async fn expire_one(
    app: &App,
    caller: &CallContext,
    tx: &Tx,
    mut binding: Binding,
    enterprise: &Enterprise,
) -> Result<(), EnterpriseBindingError> {
    binding.expire(tx.now())?;
    store::update_binding(tx, &binding).await?;
    let event =
        Notice::about(EventKind::ApplicationExpired, &binding, enterprise, tx.now()).decided(&binding);
    announce(app, tx, EventKind::ApplicationExpired, enterprise.id, &event)?;
    let detail = json!({ "enterprise_id": enterprise.id, "role": binding.role.as_str() });
    tx.audit(AuditEntry::of(caller, "application.expired", binding.id, detail));
    Ok(())
}
