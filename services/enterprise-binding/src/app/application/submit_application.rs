//! 办税身份申请: applies for a role in an enterprise.

use serde::Serialize;
use serde_json::json;
use shiming_kernel::{BindingId, CallContext, EnterpriseId, Notice, RequestMeta};
use shiming_store::{AuditEntry, Idempotency, StoreError, Tx};

use crate::app::announce::announce;
use crate::app::{App, BindingView, session};
use crate::clients::Purpose;
use crate::domain::{
    Applicant, Binding, BindingState, Enterprise, EventKind, NewBinding, Refusal, Role, Telling as _,
    check_submission,
};
use crate::error::EnterpriseBindingError;
use crate::store;

/// What is applied for, and what the person was shown.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SubmitApplication {
    pub(crate) enterprise_id: EnterpriseId,
    pub(crate) enterprise_etag: String,
    pub(crate) role: Role,
}

/// The application, pending; its enterprise's approvers get it to decide.
pub(crate) async fn submit_application(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &SubmitApplication,
) -> Result<BindingView, EnterpriseBindingError> {
    let person_id = session(caller)?.person_id;
    let applicant = app.identity.resolve_person(person_id, Purpose::Application).await?;
    let key = Idempotency::of(caller, "SubmitApplication", request, command);
    app.store.retry("submit_application", || attempt(app, caller, command, &applicant, &key)).await
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    command: &SubmitApplication,
    applicant: &Applicant,
    key: &Idempotency,
) -> Result<BindingView, EnterpriseBindingError> {
    let person_id = session(caller)?.person_id;
    let tx = app.store.begin("submit_application").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let enterprise = store::lock_enterprise(&tx, &app.vault, command.enterprise_id)
        .await?
        .ok_or(Refusal::EnterpriseNotFound { mistyped: false })?;
    let mut earlier = store::own_bindings(tx.conn(), &app.vault, person_id, &[enterprise.id]).await?;
    earlier.retain(|binding| binding.role == command.role);
    let shown = (&enterprise, command.enterprise_etag.as_str());
    check_submission(app.rules.submission, shown, command.role, applicant, &earlier, tx.now())?;
    make_room(app, caller, &tx, earlier, &enterprise).await?;

    let new = NewBinding {
        id: BindingId::from(app.ids.next()),
        enterprise_id: enterprise.id,
        person_id,
        role: command.role,
        holder: applicant.person.clone(),
    };
    let binding = Binding::submitted(new, tx.now(), app.rules.application_lifetime);
    store::insert_binding(&tx, &app.vault, &binding).await.map_err(|error| taken(error, command.role))?;
    let approvers = store::approvers(tx.conn(), enterprise.id).await?;
    let event = Notice::about(EventKind::ApplicationSubmitted, &binding, &enterprise, tx.now()).tasking(
        &binding,
        &enterprise,
        &approvers,
    );
    announce(app, &tx, EventKind::ApplicationSubmitted, enterprise.id, &event)?;
    let detail = json!({ "enterprise_id": enterprise.id, "role": command.role.as_str() });
    tx.audit(AuditEntry::of(caller, "application.submitted", binding.id, detail));
    Ok(tx.finish(key, BindingView { binding, enterprise }).await?)
}

/// Lets an overdue application of the same role lapse now, so that it is not in the way until the sweep comes by.
async fn make_room(
    app: &App,
    caller: &CallContext,
    tx: &Tx,
    earlier: Vec<Binding>,
    enterprise: &Enterprise,
) -> Result<(), EnterpriseBindingError> {
    for overdue in earlier.into_iter().filter(|binding| binding.state == BindingState::Pending) {
        crate::app::expire_applications::expire_one(app, caller, tx, overdue, enterprise).await?;
    }
    Ok(())
}

/// The index's no, should the check above ever miss one.
fn taken(error: EnterpriseBindingError, role: Role) -> EnterpriseBindingError {
    match error {
        EnterpriseBindingError::Store(cause @ StoreError::Unique { .. })
            if cause.is_unique(store::ROLE_TAKEN) =>
        {
            Refusal::BindingExists { role, state: BindingState::Pending }.into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::binding::tests::{LIFETIME, new, now};
    use crate::domain::registry::tests::enterprise;
    use crate::store::{Migrator, Vault};
    use shiming_crypto::{Keyring, Sealer};
    use shiming_kernel::{Reason, ServiceError as _, SystemClock};
    use shiming_store::{Store, StoreConfig};
    use shiming_testkit::TestDatabase;

    #[tokio::test]
    async fn the_indexes_no_reads_like_the_rules() {
        let database = TestDatabase::sqlite();
        let keyring = Keyring::generate();
        let sealer = Sealer::new(&keyring, "test").unwrap();
        let config = StoreConfig::new(database.url());
        let store = Store::connect(&config, SystemClock::shared(), sealer.clone()).await.unwrap();
        store.migrate::<Migrator>().await.unwrap();
        let vault = Vault::new(&keyring, sealer).unwrap();
        let tx = store.begin("test").await.unwrap();
        store::insert_enterprise(&tx, &vault, &enterprise()).await.unwrap();
        let enterprise =
            store::find_by_identifiers(tx.conn(), &vault, &["91640100MA75000124"]).await.unwrap();
        let first = Binding::submitted(
            NewBinding { enterprise_id: enterprise[0].id, ..new(Role::TaxClerk) },
            now(),
            LIFETIME,
        );
        let second = Binding { id: new(Role::TaxClerk).id, ..first.clone() };
        store::insert_binding(&tx, &vault, &first).await.unwrap();
        let refused = store::insert_binding(&tx, &vault, &second).await.unwrap_err();
        assert_eq!(taken(refused, Role::TaxClerk).reason(), Reason::BindingExists);
    }
}
