//! 办税身份审批: 同意 or 拒绝.

use serde::Serialize;
use serde_json::json;
use shiming_kernel::{BindingId, CallContext, Notice, PersonId, RequestMeta};
use shiming_store::{AuditEntry, Idempotency, Tx};

use crate::app::announce::{announce, hand_over_pending};
use crate::app::{App, BindingView, session};
use crate::clients::Purpose;
use crate::domain::{
    Approver, Binding, Decision, Enterprise, EventKind, Refusal, Telling as _, check_decision,
};
use crate::error::EnterpriseBindingError;
use crate::store;

/// The decision, and what the approver saw.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DecideApplication {
    pub(crate) binding_id: BindingId,
    pub(crate) decision: Decision,
    pub(crate) etag: String,
}

/// The application as decided.
pub(crate) async fn decide_application(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &DecideApplication,
) -> Result<BindingView, EnterpriseBindingError> {
    let approver = session(caller)?.person_id;
    let document_valid = applicants_document(app, approver, command).await?;
    let key = Idempotency::of(caller, "DecideApplication", request, command);
    app.store.retry("decide_application", || attempt(app, caller, command, document_valid, &key)).await
}

/// Whether the applicant's document is valid today. Asked of the identity service outside the transaction, and only for an
/// approval that looks permitted: nobody has a stranger looked up by guessing ids.
async fn applicants_document(
    app: &App,
    approver: PersonId,
    command: &DecideApplication,
) -> Result<Option<bool>, EnterpriseBindingError> {
    if command.decision == Decision::Reject {
        return Ok(None);
    }
    let db = app.store.reader();
    let Some(seen) = store::find_binding(db, &app.vault, command.binding_id).await? else { return Ok(None) };
    let bindings = store::own_bindings(db, &app.vault, approver, &[seen.enterprise_id]).await?;
    let by = Approver { person_id: approver, bindings: &bindings };
    if check_decision(&seen, by, &command.etag, app.store.now()).is_err() {
        return Ok(None);
    }
    let applicant = app.identity.resolve_person(seen.person_id, Purpose::Application).await?;
    Ok(Some(applicant.document_valid))
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    command: &DecideApplication,
    document_valid: Option<bool>,
    key: &Idempotency,
) -> Result<BindingView, EnterpriseBindingError> {
    let approver = session(caller)?.person_id;
    let tx = app.store.begin("decide_application").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let (mut binding, enterprise) = lock_application(app, &tx, command.binding_id).await?;
    let bindings = store::own_bindings(tx.conn(), &app.vault, approver, &[enterprise.id]).await?;
    check_decision(&binding, Approver { person_id: approver, bindings: &bindings }, &command.etag, tx.now())?;
    match command.decision {
        Decision::Approve => {
            check_approval(&enterprise, document_valid)?;
            binding.approve(approver, tx.now())?;
        }
        Decision::Reject => binding.reject(approver, tx.now())?,
    }
    hand_over_pending(app, &tx, &binding, &enterprise).await?;
    store::update_binding(&tx, &binding).await?;
    tell(app, caller, &tx, command.decision, &binding, &enterprise)?;
    Ok(tx.finish(key, BindingView { binding, enterprise }).await?)
}

/// The application and its enterprise, which is locked first: two approvers decide one after the other.
async fn lock_application(
    app: &App,
    tx: &Tx,
    id: BindingId,
) -> Result<(Binding, Enterprise), EnterpriseBindingError> {
    let seen = store::find_binding(tx.conn(), &app.vault, id).await?.ok_or(Refusal::ApplicationNotFound)?;
    let enterprise = store::lock_enterprise(tx, &app.vault, seen.enterprise_id)
        .await?
        .ok_or(Refusal::ApplicationNotFound)?;
    let binding =
        store::find_binding(tx.conn(), &app.vault, id).await?.ok_or(Refusal::ApplicationNotFound)?;
    Ok((binding, enterprise))
}

fn check_approval(enterprise: &Enterprise, document_valid: Option<bool>) -> Result<(), Refusal> {
    if !enterprise.status.takes_applications() {
        return Err(Refusal::EnterpriseStatus(enterprise.status));
    }
    match document_valid {
        Some(true) => Ok(()),
        Some(false) => Err(Refusal::ApplicantDocumentExpired),
        // It could not be decided when it was looked at, and now it can: look again.
        None => Err(Refusal::ConcurrentChange),
    }
}

fn tell(
    app: &App,
    caller: &CallContext,
    tx: &Tx,
    decision: Decision,
    binding: &Binding,
    enterprise: &Enterprise,
) -> Result<(), EnterpriseBindingError> {
    let (kind, action) = match decision {
        Decision::Approve => (EventKind::ApplicationApproved, "application.approved"),
        Decision::Reject => (EventKind::ApplicationRejected, "application.rejected"),
    };
    let event = Notice::about(kind, binding, enterprise, tx.now()).decided(binding);
    announce(app, tx, kind, enterprise.id, &event)?;
    let detail = json!({
        "enterprise_id": enterprise.id,
        "person_id": binding.person_id,
        "role": binding.role.as_str(),
    });
    tx.audit(AuditEntry::of(caller, action, binding.id, detail));
    Ok(())
}
