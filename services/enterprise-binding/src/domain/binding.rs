//! A binding and the few ways its state changes.
//!
//! ```text
//! (applied for) ─▶ PENDING ─ approve ──────────▶ ACTIVE ─ suspend ─▶ SUSPENDED
//!                     │    ─ confirm by registry ──▲
//!                     ├── reject ─▶ REJECTED       │
//!                     └── expire ─▶ EXPIRED   (from the registry)
//! ```
//! Nothing leaves REJECTED, EXPIRED or SUSPENDED: whoever comes back gets a new record, and the history stays.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::{BindingId, EnterpriseId, PersonId};

use super::{NaturalPerson, Refusal, Role};

/// Where a binding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BindingState {
    Pending,
    Active,
    Rejected,
    Expired,
    Suspended,
}

impl BindingState {
    pub(crate) const ALL: [Self; 5] =
        [Self::Pending, Self::Active, Self::Rejected, Self::Expired, Self::Suspended];

    /// The column value, and in upper case the error metadata's.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the pair of person and role is taken while a binding stands so.
    pub(crate) const fn occupies_the_role(self) -> bool {
        matches!(self, Self::Pending | Self::Active)
    }
}

/// A person's role in an enterprise, from application to end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Binding {
    pub(crate) id: BindingId,
    pub(crate) enterprise_id: EnterpriseId,
    pub(crate) person_id: PersonId,
    pub(crate) role: Role,
    pub(crate) state: BindingState,
    /// It began as an application, so approvers see it.
    pub(crate) applied_for: bool,
    /// The registry, and nobody's approval, is the ground.
    pub(crate) from_registry: bool,
    /// Who the person was when the binding was made, for approvers to know them by.
    pub(crate) holder: NaturalPerson,
    pub(crate) create_time: DateTime<Utc>,
    /// When it was approved or rejected.
    pub(crate) decide_time: Option<DateTime<Utc>>,
    pub(crate) decided_by: Option<PersonId>,
    /// When it lapses; set exactly while pending.
    pub(crate) expire_time: Option<DateTime<Utc>>,
    /// Counts the changes; the etag.
    pub(crate) revision: i64,
}

/// Whose binding to what: the part that never changes.
#[derive(Clone, Debug)]
pub(crate) struct NewBinding {
    pub(crate) id: BindingId,
    pub(crate) enterprise_id: EnterpriseId,
    pub(crate) person_id: PersonId,
    pub(crate) role: Role,
    pub(crate) holder: NaturalPerson,
}

impl Binding {
    /// An application that waits for its decision for `lifetime`.
    pub(crate) fn submitted(new: NewBinding, now: DateTime<Utc>, lifetime: Duration) -> Self {
        Self {
            applied_for: true,
            expire_time: Some(now + lifetime),
            ..Self::new(new, BindingState::Pending, now)
        }
    }

    /// A binding whose ground is the registry.
    pub(crate) fn named_by_registry(new: NewBinding, now: DateTime<Utc>) -> Self {
        Self { from_registry: true, ..Self::new(new, BindingState::Active, now) }
    }

    fn new(new: NewBinding, state: BindingState, now: DateTime<Utc>) -> Self {
        let NewBinding { id, enterprise_id, person_id, role, holder } = new;
        Self {
            id,
            enterprise_id,
            person_id,
            role,
            state,
            applied_for: false,
            from_registry: false,
            holder,
            create_time: now,
            decide_time: None,
            decided_by: None,
            expire_time: None,
            revision: 1,
        }
    }

    pub(crate) fn approve(&mut self, by: PersonId, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.decide(BindingState::Active, by, now)
    }

    pub(crate) fn reject(&mut self, by: PersonId, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.decide(BindingState::Rejected, by, now)
    }

    /// Lapses, if its time has come.
    pub(crate) fn expire(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.state == BindingState::Pending && !self.is_overdue(now) {
            return Err(Refusal::ConcurrentChange);
        }
        self.move_from(BindingState::Pending, BindingState::Expired)
    }

    /// The registry names the applicant in this very role: no approval is needed any more.
    pub(crate) fn confirm_by_registry(&mut self) -> Result<(), Refusal> {
        self.move_from(BindingState::Pending, BindingState::Active)?;
        self.from_registry = true;
        Ok(())
    }

    /// The registry no longer names the person.
    pub(crate) fn suspend(&mut self) -> Result<(), Refusal> {
        self.move_from(BindingState::Active, BindingState::Suspended)
    }

    /// Whether it waits although its time is over.
    pub(crate) fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.expire_time.is_some_and(|expire_time| expire_time <= now)
    }

    /// The state as rules must see it: an overdue application is expired, whether or not the sweep has come by.
    pub(crate) fn state_at(&self, now: DateTime<Utc>) -> BindingState {
        match self.state {
            BindingState::Pending if self.is_overdue(now) => BindingState::Expired,
            state => state,
        }
    }

    /// Whether the person may act for the enterprise by it.
    pub(crate) fn is_active(&self) -> bool {
        self.state == BindingState::Active
    }

    /// Whether its holder decides applications now.
    pub(crate) fn makes_an_approver(&self) -> bool {
        self.is_active() && self.role.decides_applications()
    }

    pub(crate) fn etag(&self) -> String {
        format!("{:x}", self.revision)
    }

    fn decide(&mut self, to: BindingState, by: PersonId, now: DateTime<Utc>) -> Result<(), Refusal> {
        let state = self.state_at(now);
        if state != BindingState::Pending {
            return Err(Refusal::ApplicationDecided(state));
        }
        self.move_from(BindingState::Pending, to)?;
        self.decide_time = Some(now);
        self.decided_by = Some(by);
        Ok(())
    }

    fn move_from(&mut self, from: BindingState, to: BindingState) -> Result<(), Refusal> {
        if self.state != from {
            return Err(Refusal::ConcurrentChange);
        }
        self.state = to;
        self.expire_time = None;
        self.revision += 1;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use shiming_kernel::SystemClock;

    pub(crate) const LIFETIME: Duration = Duration::from_hours(30 * 24);

    #[derive(Clone, Copy, Debug)]
    enum Act {
        Approve,
        Reject,
        Expire,
        Confirm,
        Suspend,
    }

    pub(crate) fn now() -> DateTime<Utc> {
        "2026-03-01T08:00:00Z".parse().unwrap()
    }

    pub(crate) fn new(role: Role) -> NewBinding {
        NewBinding {
            id: BindingId::new(&SystemClock),
            enterprise_id: EnterpriseId::new(&SystemClock),
            person_id: PersonId::new(&SystemClock),
            role,
            holder: crate::domain::person::tests::zhang_san(),
        }
    }

    fn act(binding: &mut Binding, act: Act, at: DateTime<Utc>) -> Result<(), Refusal> {
        match act {
            Act::Approve => binding.approve(PersonId::new(&SystemClock), at),
            Act::Reject => binding.reject(PersonId::new(&SystemClock), at),
            Act::Expire => binding.expire(at),
            Act::Confirm => binding.confirm_by_registry(),
            Act::Suspend => binding.suspend(),
        }
    }

    fn allowed(from: BindingState, act: Act) -> Option<BindingState> {
        match (from, act) {
            (BindingState::Pending, Act::Approve | Act::Confirm) => Some(BindingState::Active),
            (BindingState::Pending, Act::Reject) => Some(BindingState::Rejected),
            (BindingState::Active, Act::Suspend) => Some(BindingState::Suspended),
            _ => None,
        }
    }

    #[test]
    fn an_application_lapses_only_when_its_time_has_come() {
        let mut binding = Binding::submitted(new(Role::TaxClerk), now(), LIFETIME);
        let end = now() + LIFETIME;
        let before = end - chrono::TimeDelta::microseconds(1);
        assert_eq!(binding.state_at(before), BindingState::Pending);
        assert!(binding.expire(before).is_err());
        assert_eq!(binding.state_at(end), BindingState::Expired);
        let late = binding.approve(PersonId::new(&SystemClock), end).unwrap_err();
        assert_eq!(late, Refusal::ApplicationDecided(BindingState::Expired));
        binding.expire(end).unwrap();
        assert_eq!(binding.state, BindingState::Expired);
    }

    #[test]
    fn a_second_decision_learns_of_the_first() {
        let mut binding = Binding::submitted(new(Role::TaxClerk), now(), LIFETIME);
        let by = PersonId::new(&SystemClock);
        binding.reject(by, now()).unwrap();
        assert_eq!((binding.decide_time, binding.decided_by), (Some(now()), Some(by)));
        assert_eq!(binding.approve(by, now()), Err(Refusal::ApplicationDecided(BindingState::Rejected)));
    }

    #[test]
    fn columns_round_trip() {
        for state in BindingState::ALL {
            assert_eq!(BindingState::from_column(state.as_str()), Some(state));
        }
        assert_eq!(BindingState::from_column("gone"), None);
    }

    proptest! {
        #[test]
        fn only_the_drawn_transitions_happen(
            from_registry: bool,
            acts in prop::collection::vec(
                prop_oneof![
                    Just(Act::Approve), Just(Act::Reject), Just(Act::Expire), Just(Act::Confirm), Just(Act::Suspend)
                ],
                0..12,
            ),
        ) {
            let mut binding = if from_registry {
                Binding::named_by_registry(new(Role::TaxClerk), now())
            } else {
                Binding::submitted(new(Role::TaxClerk), now(), LIFETIME)
            };
            for step in acts {
                let before = binding.clone();
                let expected = allowed(before.state, step);
                if act(&mut binding, step, now()).is_ok() {
                    prop_assert_eq!(Some(binding.state), expected);
                    prop_assert_eq!(binding.revision, before.revision + 1);
                } else {
                    prop_assert_eq!(expected, None);
                    prop_assert_eq!(&binding, &before);
                }
                prop_assert_eq!(binding.expire_time.is_some(), binding.state == BindingState::Pending);
                prop_assert!(!binding.is_active() || binding.from_registry || binding.decided_by.is_some());
            }
        }
    }
}
