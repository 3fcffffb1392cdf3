//! Who may apply for what.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Binding, BindingState, Enterprise, NaturalPerson, Refusal, Role};

/// What the bureau decided about applications.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SubmissionRules {
    /// How long a rejected application may not be repeated.
    pub(crate) cool_down: Duration,
    /// Whether people of 14 to 17 take roles.
    pub(crate) admits_minors: bool,
}

/// The applicant, as the identity service knows them today.
#[derive(Clone, Debug)]
pub(crate) struct Applicant {
    pub(crate) person: NaturalPerson,
    pub(crate) document_valid: bool,
    pub(crate) adult: bool,
}

impl SubmissionRules {
    pub(crate) fn check_age(&self, applicant: &Applicant) -> Result<(), Refusal> {
        if applicant.adult || self.admits_minors { Ok(()) } else { Err(Refusal::MinorNotAllowed) }
    }
}

/// Whether `applicant`, who was shown the enterprise with `etag`, may apply for `role`. `earlier` are their bindings of this
/// enterprise in this role, read in the transaction that submits.
pub(crate) fn check_submission(
    rules: SubmissionRules,
    (enterprise, etag): (&Enterprise, &str),
    role: Role,
    applicant: &Applicant,
    earlier: &[Binding],
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    if !role.is_applicable() {
        return Err(Refusal::RoleNotApplicable);
    }
    rules.check_age(applicant)?;
    if !applicant.document_valid {
        return Err(Refusal::DocumentExpired);
    }
    if !enterprise.status.takes_applications() {
        return Err(Refusal::EnterpriseStatus(enterprise.status));
    }
    if enterprise.etag() != etag {
        return Err(Refusal::EnterpriseChanged);
    }
    if let Some(taken) = earlier.iter().find(|binding| binding.state_at(now).occupies_the_role()) {
        return Err(Refusal::BindingExists { role, state: taken.state });
    }
    let rejected = earlier.iter().filter(|binding| binding.state == BindingState::Rejected);
    match rejected.filter_map(|binding| binding.decide_time).max() {
        Some(last) if now < last + rules.cool_down => {
            Err(Refusal::CoolDown { retry_time: last + rules.cool_down, now })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::EnterpriseStatus;
    use crate::domain::binding::tests::{LIFETIME, new, now};
    use crate::domain::person::tests::zhang_san;
    use crate::domain::registry::tests::enterprise;
    use chrono::TimeDelta;
    use shiming_kernel::PersonId;

    const RULES: SubmissionRules =
        SubmissionRules { cool_down: Duration::from_hours(24), admits_minors: false };

    fn applicant() -> Applicant {
        Applicant { person: zhang_san(), document_valid: true, adult: true }
    }

    fn check(
        role: Role,
        applicant: &Applicant,
        earlier: &[Binding],
        at: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let enterprise = enterprise();
        check_submission(RULES, (&enterprise, &enterprise.etag()), role, applicant, earlier, at)
    }

    #[test]
    fn every_role_but_the_legal_representatives_is_open() {
        for role in Role::ALL {
            let closed = role == Role::LegalRepresentative;
            let expected = if closed { Err(Refusal::RoleNotApplicable) } else { Ok(()) };
            assert_eq!(check(role, &applicant(), &[], now()), expected, "{role:?}");
        }
    }

    #[test]
    fn minors_and_expired_documents_are_refused() {
        let minor = Applicant { adult: false, ..applicant() };
        assert_eq!(check(Role::TaxClerk, &minor, &[], now()), Err(Refusal::MinorNotAllowed));
        let expired = Applicant { document_valid: false, ..applicant() };
        assert_eq!(check(Role::TaxClerk, &expired, &[], now()), Err(Refusal::DocumentExpired));
        let lenient = SubmissionRules { admits_minors: true, ..RULES };
        let enterprise = enterprise();
        let shown = (&enterprise, enterprise.etag());
        let outcome = check_submission(lenient, (shown.0, &shown.1), Role::TaxClerk, &minor, &[], now());
        assert_eq!(outcome, Ok(()));
    }

    #[test]
    fn the_enterprise_must_be_normal_and_as_shown() {
        for status in EnterpriseStatus::ALL {
            let enterprise = Enterprise { status, ..enterprise() };
            let shown = (&enterprise, enterprise.etag());
            let outcome =
                check_submission(RULES, (shown.0, &shown.1), Role::TaxClerk, &applicant(), &[], now());
            let refused = Err(Refusal::EnterpriseStatus(status));
            assert_eq!(outcome, if status == EnterpriseStatus::Normal { Ok(()) } else { refused });
        }
        let changed = check_submission(RULES, (&enterprise(), "0"), Role::TaxClerk, &applicant(), &[], now());
        assert_eq!(changed, Err(Refusal::EnterpriseChanged));
    }

    #[test]
    fn a_pending_or_active_one_takes_the_role_and_an_overdue_one_does_not() {
        let pending = Binding::submitted(new(Role::TaxClerk), now(), LIFETIME);
        let taken = |state| Err(Refusal::BindingExists { role: Role::TaxClerk, state });
        let outcome =
            |earlier: &Binding, at| check(Role::TaxClerk, &applicant(), std::slice::from_ref(earlier), at);
        assert_eq!(outcome(&pending, now()), taken(BindingState::Pending));
        assert_eq!(outcome(&pending, now() + LIFETIME), Ok(()));
        let mut active = pending;
        active.approve(PersonId::from(uuid::Uuid::nil()), now()).unwrap();
        assert_eq!(outcome(&active, now() + LIFETIME), taken(BindingState::Active));
        active.suspend().unwrap();
        assert_eq!(outcome(&active, now()), Ok(()));
    }

    #[test]
    fn a_rejected_one_may_be_repeated_after_the_cool_down() {
        let mut rejected = Binding::submitted(new(Role::TaxClerk), now(), LIFETIME);
        rejected.reject(PersonId::from(uuid::Uuid::nil()), now()).unwrap();
        let earlier = [rejected];
        let end = now() + RULES.cool_down;
        let just_before = end - TimeDelta::microseconds(1);
        let refused = Err(Refusal::CoolDown { retry_time: end, now: just_before });
        assert_eq!(check(Role::TaxClerk, &applicant(), &earlier, just_before), refused);
        assert_eq!(check(Role::TaxClerk, &applicant(), &earlier, end), Ok(()));
    }
}
