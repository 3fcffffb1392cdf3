//! What happened, and whom to tell: the outbox's payload, independent of the wire.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::{BindingId, PersonId};

use super::{Binding, Enterprise};

/// The kinds, with the topic receivers know and the words the person concerned is told with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    ApplicationSubmitted,
    ApplicationApproved,
    ApplicationRejected,
    ApplicationExpired,
    BindingRefreshed,
    BindingSuspended,
    /// Somebody became an approver and gets what waits for a decision.
    ApproverActivated,
}

impl EventKind {
    pub(crate) const fn topic(self) -> &'static str {
        match self {
            Self::ApplicationSubmitted => "application.submitted",
            Self::ApplicationApproved => "application.approved",
            Self::ApplicationRejected => "application.rejected",
            Self::ApplicationExpired => "application.expired",
            Self::BindingRefreshed => "binding.refreshed",
            Self::BindingSuspended => "binding.suspended",
            Self::ApproverActivated => "approver.activated",
        }
    }

    const fn template(self) -> Option<&'static str> {
        match self {
            Self::ApplicationSubmitted => Some("APPLICATION_SUBMITTED"),
            Self::ApplicationApproved => Some("APPLICATION_APPROVED"),
            Self::ApplicationRejected => Some("APPLICATION_REJECTED"),
            Self::ApplicationExpired => Some("APPLICATION_EXPIRED"),
            Self::BindingRefreshed => Some("BINDING_FROM_REGISTRY"),
            Self::BindingSuspended => Some("BINDING_SUSPENDED"),
            Self::ApproverActivated => None,
        }
    }
}

const TODO_TEMPLATE: &str = "APPLICATION_TO_DECIDE";

type Params = BTreeMap<String, String>;

/// An event, ready to be sealed into the outbox.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) occur_time: DateTime<Utc>,
    pub(crate) messages: Vec<MessageDraft>,
    pub(crate) todos: Vec<TodoDraft>,
    /// Keys of the todos that are done.
    pub(crate) closings: Vec<String>,
}

/// A message before its words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MessageDraft {
    pub(crate) person_id: PersonId,
    pub(crate) template: String,
    pub(crate) params: Params,
}

/// A to-do before its words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TodoDraft {
    pub(crate) person_id: PersonId,
    pub(crate) todo_key: String,
    pub(crate) template: String,
    pub(crate) params: Params,
}

impl Event {
    /// What the holder of `binding` is told.
    pub(crate) fn about(
        kind: EventKind,
        binding: &Binding,
        enterprise: &Enterprise,
        now: DateTime<Utc>,
    ) -> Self {
        let message = kind.template().map(|template| MessageDraft {
            person_id: binding.person_id,
            template: template.to_owned(),
            params: params(binding, enterprise),
        });
        Self { messages: message.into_iter().collect(), ..Self::at(now) }
    }

    /// Nothing but a time yet.
    pub(crate) fn at(now: DateTime<Utc>) -> Self {
        Self { occur_time: now, messages: Vec::new(), todos: Vec::new(), closings: Vec::new() }
    }

    /// Also opens the to-do of deciding `application` for each approver but the applicant.
    #[must_use]
    pub(crate) fn tasking(
        mut self,
        application: &Binding,
        enterprise: &Enterprise,
        approvers: &[PersonId],
    ) -> Self {
        let others = approvers.iter().filter(|approver| **approver != application.person_id);
        self.todos.extend(others.map(|approver| TodoDraft {
            person_id: *approver,
            todo_key: todo_key(application.id),
            template: TODO_TEMPLATE.to_owned(),
            params: params(application, enterprise),
        }));
        self
    }

    /// Also closes the to-do of deciding `application`, for everybody who has it.
    #[must_use]
    pub(crate) fn decided(mut self, application: &Binding) -> Self {
        self.closings.push(todo_key(application.id));
        self
    }
}

fn todo_key(application: BindingId) -> String {
    format!("application:{application}")
}

fn params(binding: &Binding, enterprise: &Enterprise) -> Params {
    [
        ("enterprise", enterprise.name.clone()),
        ("role", binding.role.label().to_owned()),
        ("applicant", binding.holder.masked_name()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;
    use crate::domain::binding::tests::{LIFETIME, new, now};
    use crate::domain::registry::tests::enterprise;

    #[test]
    fn the_applicant_is_told_and_every_other_approver_has_to_decide() {
        let application = Binding::submitted(new(Role::TaxClerk), now(), LIFETIME);
        let approver = new(Role::LegalRepresentative).person_id;
        let event = Event::about(EventKind::ApplicationSubmitted, &application, &enterprise(), now())
            .tasking(&application, &enterprise(), &[approver, application.person_id]);
        assert_eq!(event.messages[0].person_id, application.person_id);
        assert_eq!(event.messages[0].template, "APPLICATION_SUBMITTED");
        assert_eq!(event.todos.len(), 1);
        assert_eq!(event.todos[0].person_id, approver);
        assert_eq!(event.todos[0].todo_key, format!("application:{}", application.id));
        let params = &event.todos[0].params;
        assert_eq!(params["enterprise"], "宁夏示例科技有限公司");
        assert_eq!((params["role"].as_str(), params["applicant"].as_str()), ("办税员", "张*"));
    }

    #[test]
    fn the_decision_closes_what_the_submission_opened() {
        let application = Binding::submitted(new(Role::TaxClerk), now(), LIFETIME);
        let event = Event::about(EventKind::ApplicationApproved, &application, &enterprise(), now())
            .decided(&application);
        assert_eq!(event.closings, [format!("application:{}", application.id)]);
    }

    #[test]
    fn payloads_round_trip() {
        let application = Binding::submitted(new(Role::TaxClerk), now(), LIFETIME);
        let event = Event::about(EventKind::ApplicationExpired, &application, &enterprise(), now());
        let json = serde_json::to_vec(&event).unwrap();
        assert!(serde_json::from_slice::<Event>(&json).unwrap() == event);
    }
}
