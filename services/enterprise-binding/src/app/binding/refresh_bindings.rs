//! 刷新: binds a person to the enterprises whose registry names them, without anybody's approval but after their own face.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use shiming_kernel::{BindingId, CallContext, Notice, RequestMeta, Session};
use shiming_store::{AuditEntry, Idempotency, Tx};

use crate::app::announce::{announce, hand_over_pending};
use crate::app::{App, BindingView, session};
use crate::clients::Purpose;
use crate::domain::{
    Applicant, Binding, Enterprise, EventKind, NewBinding, Refusal, Role, Telling as _, roles_naming,
};
use crate::error::EnterpriseBindingError;
use crate::store;

/// The bindings that came into being.
pub(crate) async fn refresh_bindings(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
) -> Result<Vec<BindingView>, EnterpriseBindingError> {
    let own = session(caller)?;
    // Without a fresh face only an earlier answer can be given, and that needs nobody's name.
    let person = if has_fresh_face(app, own, app.store.now()) {
        Some(app.identity.resolve_person(own.person_id, Purpose::RegistryMatch).await?)
    } else {
        None
    };
    let key = Idempotency::of(caller, "RefreshBindings", request, &());
    app.store.retry("refresh_bindings", || attempt(app, caller, person.as_ref(), &key)).await
}

fn has_fresh_face(app: &App, session: &Session, now: DateTime<Utc>) -> bool {
    let oldest = TimeDelta::from_std(app.rules.step_up_max_age).unwrap_or(TimeDelta::MAX);
    session.step_up_time.is_some_and(|time| now.signed_duration_since(time) <= oldest)
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    person: Option<&Applicant>,
    key: &Idempotency,
) -> Result<Vec<BindingView>, EnterpriseBindingError> {
    let person_id = session(caller)?.person_id;
    let tx = app.store.begin("refresh_bindings").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let person = person.ok_or(Refusal::StepUpRequired)?;
    app.rules.submission.check_age(person)?;
    let enterprises = store::lock_naming(&tx, &app.vault, &person.person).await?;
    let ids: Vec<_> = enterprises.iter().map(|enterprise| enterprise.id).collect();
    let own = store::own_bindings(tx.conn(), &app.vault, person_id, &ids).await?;
    let mut views = Vec::new();
    for enterprise in enterprises.into_iter().filter(|enterprise| enterprise.status.exists()) {
        for role in roles_naming(&enterprise, &person.person) {
            let mut same = own.iter().filter(|one| one.enterprise_id == enterprise.id && one.role == role);
            let standing = same.find(|one| one.state.occupies_the_role());
            if standing.is_some_and(Binding::is_active) {
                continue;
            }
            let binding = bind(app, &tx, caller, person, (&enterprise, role), standing).await?;
            views.push(BindingView { binding, enterprise: enterprise.clone() });
        }
    }
    Ok(tx.finish(key, views).await?)
}

/// A new binding, or the person's own pending application of the same role, which needs no approval any more.
async fn bind(
    app: &App,
    tx: &Tx,
    caller: &CallContext,
    person: &Applicant,
    (enterprise, role): (&Enterprise, Role),
    pending: Option<&Binding>,
) -> Result<Binding, EnterpriseBindingError> {
    let person_id = session(caller)?.person_id;
    let told = |binding: &Binding| Notice::about(EventKind::BindingRefreshed, binding, enterprise, tx.now());
    let (binding, event) = if let Some(pending) = pending {
        let mut binding = pending.clone();
        binding.confirm_by_registry()?;
        hand_over_pending(app, tx, &binding, enterprise).await?;
        store::update_binding(tx, &binding).await?;
        let event = told(&binding).decided(&binding);
        (binding, event)
    } else {
        let id = BindingId::from(app.ids.next());
        let holder = person.person.clone();
        let new = NewBinding { id, enterprise_id: enterprise.id, person_id, role, holder };
        let binding = Binding::named_by_registry(new, tx.now());
        hand_over_pending(app, tx, &binding, enterprise).await?;
        store::insert_binding(tx, &app.vault, &binding).await?;
        let event = told(&binding);
        (binding, event)
    };
    announce(app, tx, EventKind::BindingRefreshed, enterprise.id, &event)?;
    let detail = json!({ "enterprise_id": enterprise.id, "role": role.as_str() });
    tx.audit(AuditEntry::of(caller, "binding.refreshed", binding.id, detail));
    Ok(binding)
}
