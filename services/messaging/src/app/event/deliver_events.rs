//! Takes in what other services' outboxes say, each event once, all of a batch or none.

use std::collections::BTreeSet;

use serde_json::json;
use shiming_kernel::{CallContext, EventId, PersonId};
use shiming_store::{AuditEntry, Tx};

use crate::app::{App, announce};
use crate::domain::{Params, Template};
use crate::error::MessagingError;
use crate::store;

/// Something that happened, and whom to tell.
#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) event_id: EventId,
    pub(crate) kind: String,
    pub(crate) messages: Vec<MessageDraft>,
    pub(crate) todos: Vec<TodoDraft>,
    /// Keys of tasks that are done now.
    pub(crate) closings: Vec<String>,
    /// Tasks that are no longer one person's.
    pub(crate) withdrawals: Vec<(PersonId, String)>,
}

/// A message before its words.
#[derive(Clone)]
pub(crate) struct MessageDraft {
    pub(crate) person_id: PersonId,
    pub(crate) template: &'static Template,
    pub(crate) params: Params,
}

/// A to-do before its words.
#[derive(Clone)]
pub(crate) struct TodoDraft {
    pub(crate) person_id: PersonId,
    pub(crate) todo_key: String,
    pub(crate) template: &'static Template,
    pub(crate) params: Params,
}

/// Stores what `events` say, in order; returns how many of them were new.
pub(crate) async fn deliver_events(
    app: &App,
    caller: &CallContext,
    events: &[Event],
) -> Result<usize, MessagingError> {
    let (new, touched) = app.store.retry("deliver_events", || attempt(app, caller, events)).await?;
    // A hint to whoever watches; the truth is in the store, so a lost hint costs only a late badge.
    for person_id in touched {
        if announce(app, person_id).await.is_err() {
            tracing::warn!("counts not announced: the cache is unavailable");
            break;
        }
    }
    Ok(new)
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    events: &[Event],
) -> Result<(usize, BTreeSet<PersonId>), MessagingError> {
    let tx = app.store.begin("deliver_events").await?;
    let mut touched = BTreeSet::new();
    let mut new = 0;
    for event in events {
        if store::remember_event(&tx, event.event_id).await? {
            take_in(app, &tx, event, &mut touched).await?;
            new += 1;
            let detail = json!({"type": event.kind, "messages": event.messages.len(), "todos": event.todos.len(),
                "closings": event.closings.len()});
            tx.audit(AuditEntry::of(caller, "event.delivered", event.event_id, detail));
        }
    }
    tx.commit().await?;
    Ok((new, touched))
}

async fn take_in(
    app: &App,
    tx: &Tx,
    event: &Event,
    touched: &mut BTreeSet<PersonId>,
) -> Result<(), MessagingError> {
    for draft in &event.messages {
        store::add_message(tx, app.ids.next(), draft.person_id, draft.template.name(), &draft.params).await?;
        touched.insert(draft.person_id);
    }
    for draft in &event.todos {
        let TodoDraft { person_id, todo_key, template, params } = draft;
        store::add_todo(tx, app.ids.next(), *person_id, todo_key, template.name(), params).await?;
        touched.insert(*person_id);
    }
    for (person_id, todo_key) in &event.withdrawals {
        store::withdraw_todo(tx, *person_id, todo_key).await?;
        touched.insert(*person_id);
    }
    for todo_key in &event.closings {
        touched.extend(store::close_task(tx, todo_key).await?);
    }
    Ok(())
}
