//! What happened, and whom to tell.

use chrono::{DateTime, Utc};
use shiming_kernel::{BindingId, Notice, Params, PersonId, TodoDraft, TodoWithdrawal};

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
    /// Somebody is an approver no longer, and what waits for a decision is not theirs any more.
    ApproverDeactivated,
    /// The enterprise can't be acted for any more.
    EnterpriseClosed,
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
            Self::ApproverDeactivated => "approver.deactivated",
            Self::EnterpriseClosed => "enterprise.closed",
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
            Self::ApproverActivated | Self::ApproverDeactivated | Self::EnterpriseClosed => None,
        }
    }
}

const TODO_TEMPLATE: &str = "APPLICATION_TO_DECIDE";

/// What enterprise-binding adds to a notice.
pub(crate) trait Telling: Sized {
    /// What the holder of `binding` is told.
    fn about(kind: EventKind, binding: &Binding, enterprise: &Enterprise, now: DateTime<Utc>) -> Self;

    /// Also opens the to-do of deciding `application` for each approver but the applicant.
    #[must_use]
    fn tasking(self, application: &Binding, enterprise: &Enterprise, approvers: &[PersonId]) -> Self;

    /// Also closes the to-do of deciding `application`, for everybody who has it.
    #[must_use]
    fn decided(self, application: &Binding) -> Self;

    /// Also takes the to-do of deciding `application` from this one person.
    #[must_use]
    fn withdrawn_from(self, application: &Binding, person_id: PersonId) -> Self;
}

impl Telling for Notice {
    fn about(kind: EventKind, binding: &Binding, enterprise: &Enterprise, now: DateTime<Utc>) -> Self {
        match kind.template() {
            Some(template) => Self::at(now).telling(binding.person_id, template, params(binding, enterprise)),
            None => Self::at(now),
        }
    }

    fn tasking(mut self, application: &Binding, enterprise: &Enterprise, approvers: &[PersonId]) -> Self {
        let others = approvers.iter().filter(|approver| **approver != application.person_id);
        self.todos.extend(others.map(|approver| TodoDraft {
            person_id: *approver,
            todo_key: todo_key(application.id),
            template: TODO_TEMPLATE.to_owned(),
            params: params(application, enterprise),
        }));
        self
    }

    fn decided(mut self, application: &Binding) -> Self {
        self.closings.push(todo_key(application.id));
        self
    }

    fn withdrawn_from(mut self, application: &Binding, person_id: PersonId) -> Self {
        self.withdrawals.push(TodoWithdrawal { person_id, todo_key: todo_key(application.id) });
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
        let event = Notice::about(EventKind::ApplicationSubmitted, &application, &enterprise(), now())
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
        let event = Notice::about(EventKind::ApplicationApproved, &application, &enterprise(), now())
            .decided(&application);
        assert_eq!(event.closings, [format!("application:{}", application.id)]);
    }
}
