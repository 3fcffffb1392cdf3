//! 切换: the session acts by another binding.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shiming_kernel::{BindingId, CallContext, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::{App, BindingView, session};
use crate::domain::Refusal;
use crate::error::EnterpriseBindingError;
use crate::store;

/// What the record of the request holds. Not the token: the identity service answers a repeat with the same one.
#[derive(Serialize, Deserialize)]
struct Allowed {}

/// The new token (empty for `validate_only`), and the binding the session acts by.
///
/// The right is checked and the switch written down first, then the identity service is asked: a crash in between leaves an audit row
/// of a switch that was allowed, never a switch that was not.
pub(crate) async fn switch_enterprise(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    binding_id: BindingId,
    token: &Redacted<String>,
) -> Result<(Redacted<String>, BindingView), EnterpriseBindingError> {
    let key = Idempotency::of(caller, "SwitchEnterprise", request, &binding_id);
    let view = app.store.retry("switch_enterprise", || attempt(app, caller, binding_id, &key)).await?;
    let acts = (view.enterprise.id, view.binding.id);
    let renewed = app.identity.set_session_enterprise(token, acts, request).await?;
    let token = if request.validate_only { Redacted::default() } else { renewed };
    Ok((token, view))
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    binding_id: BindingId,
    key: &Idempotency,
) -> Result<BindingView, EnterpriseBindingError> {
    let session = session(caller)?;
    let tx = app.store.begin("switch_enterprise").await?;
    let repeated = tx.replayed::<Allowed>(key).await?.is_some();
    // Checked on a repeat too: the binding may have been suspended in between.
    let binding = store::find_binding(tx.conn(), &app.vault, binding_id).await?;
    let own = binding.filter(|binding| binding.person_id == session.person_id);
    let binding = own.ok_or(Refusal::BindingNotFound)?;
    let enterprise = store::find_enterprise(tx.conn(), &app.vault, binding.enterprise_id)
        .await?
        .ok_or(EnterpriseBindingError::Stored("bindings.enterprise_id"))?;
    if !binding.is_active() {
        return Err(Refusal::BindingNotActive(binding.state_at(tx.now())).into());
    }
    if !enterprise.status.can_be_acted_for() {
        return Err(Refusal::EnterpriseStatus(enterprise.status).into());
    }
    if !repeated && caller.is_renewed {
        return Err(EnterpriseBindingError::SessionInvalid);
    }
    if !repeated {
        let detail = json!({ "enterprise_id": enterprise.id, "session_id": session.session_id });
        tx.audit(AuditEntry::of(caller, "session.switched", binding.id, detail));
        tx.finish(key, Allowed {}).await?;
    }
    Ok(BindingView { binding, enterprise })
}
