//! Puts events into the outbox of the transaction they happened in.

use shiming_kernel::{EnterpriseId, EventId, Notice, PersonId};
use shiming_store::{OutboxEvent, Tx};

use super::App;
use crate::domain::{Binding, Enterprise, EventKind, Telling as _};
use crate::error::EnterpriseBindingError;
use crate::store;

/// The most to-dos of one event.
const TODOS_PER_EVENT: usize = 100;

/// Emits `notice`. Events of one enterprise stay in order: a to-do is opened before it is closed.
pub(super) fn announce(
    app: &App,
    tx: &Tx,
    kind: EventKind,
    enterprise_id: EnterpriseId,
    notice: &Notice,
) -> Result<(), EnterpriseBindingError> {
    let payload = serde_json::to_vec(notice).map_err(|_| EnterpriseBindingError::Stored("event"))?;
    let id = EventId::from(app.ids.next());
    tx.emit(OutboxEvent::new(id, kind.topic(), format!("enterprise:{enterprise_id}"), payload));
    Ok(())
}

/// Gives somebody who becomes an approver by `binding` what already waits in the enterprise. To be called under the enterprise's
/// lock, before the binding is written; does nothing for other roles and for those who were approvers already.
pub(super) async fn hand_over_pending(
    app: &App,
    tx: &Tx,
    binding: &Binding,
    enterprise: &Enterprise,
) -> Result<(), EnterpriseBindingError> {
    let person_id: PersonId = binding.person_id;
    if !binding.makes_an_approver() || store::approvers(tx.conn(), enterprise.id).await?.contains(&person_id)
    {
        return Ok(());
    }
    let waiting = store::pending_applications(tx.conn(), &app.vault, enterprise.id).await?;
    let others: Vec<_> = waiting
        .iter()
        .filter(|application| application.id != binding.id && !application.is_overdue(tx.now()))
        .collect();
    for some in others.chunks(TODOS_PER_EVENT) {
        let event = some.iter().fold(Notice::at(tx.now()), |event, application| {
            event.tasking(application, enterprise, &[person_id])
        });
        if !event.todos.is_empty() {
            announce(app, tx, EventKind::ApproverActivated, enterprise.id, &event)?;
        }
    }
    Ok(())
}

/// Takes what waits in the enterprise from somebody whose binding made them an approver until now: the other approvers have it, and whoever
/// becomes one is given it. To be called after the binding is written.
pub(super) async fn take_over_pending(
    app: &App,
    tx: &Tx,
    binding: &Binding,
    enterprise: &Enterprise,
) -> Result<(), EnterpriseBindingError> {
    let person_id = binding.person_id;
    if !binding.role.decides_applications()
        || store::approvers(tx.conn(), enterprise.id).await?.contains(&person_id)
    {
        return Ok(());
    }
    let waiting = store::pending_applications(tx.conn(), &app.vault, enterprise.id).await?;
    for some in waiting.chunks(TODOS_PER_EVENT) {
        let event = some
            .iter()
            .fold(Notice::at(tx.now()), |event, application| event.withdrawn_from(application, person_id));
        announce(app, tx, EventKind::ApproverDeactivated, enterprise.id, &event)?;
    }
    Ok(())
}
