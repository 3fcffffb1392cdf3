//! Who decides an application, and when it can be decided.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::PersonId;

use super::{Binding, BindingState, Refusal};

/// 同意 or 拒绝.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Approve,
    Reject,
}

/// Who wants to decide, and on the ground of what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Approver<'a> {
    pub(crate) person_id: PersonId,
    /// Their own bindings of the enterprise, in whatever state.
    pub(crate) bindings: &'a [Binding],
}

impl Approver<'_> {
    /// Active in an approver's role: may decide. Suspended from one: is told so. Anybody else doesn't learn that there is an
    /// application at all.
    pub(crate) fn standing(&self) -> Result<(), Refusal> {
        if self.bindings.iter().any(Binding::makes_an_approver) {
            return Ok(());
        }
        let ended = |binding: &&Binding| {
            binding.role.decides_applications() && binding.state == BindingState::Suspended
        };
        match self.bindings.iter().find(ended) {
            Some(ended) => Err(Refusal::ApproverNotActive(ended.state)),
            None => Err(Refusal::ApplicationNotFound),
        }
    }
}

/// Whether `application`, which the approver saw with `etag`, may be decided now. Everything is to be read in the transaction
/// that decides.
pub(crate) fn check_decision(
    application: &Binding,
    approver: Approver<'_>,
    etag: &str,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    if !application.applied_for {
        return Err(Refusal::ApplicationNotFound);
    }
    if application.person_id == approver.person_id {
        return Err(Refusal::ApproverIsApplicant);
    }
    approver.standing()?;
    let state = application.state_at(now);
    if state != BindingState::Pending {
        return Err(Refusal::ApplicationDecided(state));
    }
    if application.etag() != etag {
        return Err(Refusal::ConcurrentChange);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;
    use crate::domain::binding::tests::{LIFETIME, new, now};

    fn application() -> Binding {
        Binding::submitted(new(Role::TaxClerk), now(), LIFETIME)
    }

    fn check(application: &Binding, own: &[Binding], etag: &str) -> Result<(), Refusal> {
        let person_id = own.first().map_or_else(|| new(Role::Other).person_id, |binding| binding.person_id);
        check_decision(application, Approver { person_id, bindings: own }, etag, now())
    }

    #[test]
    fn only_an_active_approver_decides() {
        let application = application();
        for role in Role::ALL {
            let holder = Binding::named_by_registry(new(role), now());
            let expected =
                if role.decides_applications() { Ok(()) } else { Err(Refusal::ApplicationNotFound) };
            assert_eq!(check(&application, &[holder], &application.etag()), expected, "{role:?}");
        }
        assert_eq!(check(&application, &[], &application.etag()), Err(Refusal::ApplicationNotFound));
    }

    #[test]
    fn a_suspended_approver_is_told_and_a_pending_one_learns_nothing() {
        let application = application();
        let mut suspended = Binding::named_by_registry(new(Role::LegalRepresentative), now());
        suspended.suspend().unwrap();
        let told = Refusal::ApproverNotActive(BindingState::Suspended);
        assert_eq!(check(&application, &[suspended], &application.etag()), Err(told));
        let pending = Binding::submitted(new(Role::Administrator), now(), LIFETIME);
        assert_eq!(check(&application, &[pending], &application.etag()), Err(Refusal::ApplicationNotFound));
    }

    #[test]
    fn the_applicant_never_decides_even_as_an_approver() {
        let mut own = Binding::named_by_registry(new(Role::FinanceOfficer), now());
        let application = application();
        own.person_id = application.person_id;
        assert_eq!(check(&application, &[own], &application.etag()), Err(Refusal::ApproverIsApplicant));
    }

    #[test]
    fn decided_comes_before_a_stale_etag() {
        let approver = [Binding::named_by_registry(new(Role::LegalRepresentative), now())];
        let mut application = application();
        assert_eq!(check(&application, &approver, "other"), Err(Refusal::ConcurrentChange));
        let seen = application.etag();
        application.approve(approver[0].person_id, now()).unwrap();
        let decided = Refusal::ApplicationDecided(BindingState::Active);
        assert_eq!(check(&application, &approver, &seen), Err(decided));
    }

    #[test]
    fn what_nobody_applied_for_cannot_be_decided() {
        let approver = [Binding::named_by_registry(new(Role::LegalRepresentative), now())];
        let other = Binding::named_by_registry(new(Role::FinanceOfficer), now());
        assert_eq!(check(&other, &approver, &other.etag()), Err(Refusal::ApplicationNotFound));
    }
}
