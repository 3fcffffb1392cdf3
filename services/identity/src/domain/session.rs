//! A person's presence in one browser: opened by a login, renewed by every proof, ended by idleness, age or logout.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::{
    BindingId, ClientInfo, Clock, EnterpriseId, EvidenceLevel, PersonId, Session, SessionId,
};

/// How long sessions live.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionRules {
    /// Without use.
    pub(crate) idle: Duration,
    /// In any case.
    pub(crate) absolute: Duration,
}

/// A session as the cache holds it under the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionRecord {
    pub(crate) session: Session,
    pub(crate) create_time: DateTime<Utc>,
    pub(crate) absolute_expire_time: DateTime<Utc>,
    pub(crate) name_masked: String,
    pub(crate) client: ClientInfo,
    /// Set when the session goes on under another token: then this one opens nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) renewed: Option<Renewed>,
}

/// Under which token a session goes on, and until when the call that gave it may be repeated with the old one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Renewed {
    /// The cache's key of the session from then on.
    pub(crate) successor: String,
    pub(crate) until: DateTime<Utc>,
}

/// Whom a session acts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ActingFor {
    pub(crate) enterprise_id: EnterpriseId,
    pub(crate) binding_id: BindingId,
}

impl SessionRecord {
    /// A session just opened by a one-time code.
    pub(crate) fn open(
        person_id: PersonId,
        name_masked: String,
        client: ClientInfo,
        clock: &dyn Clock,
        rules: &SessionRules,
    ) -> Self {
        let now = clock.now();
        let session = Session {
            session_id: SessionId::new(clock),
            person_id,
            evidence: EvidenceLevel::Sms,
            step_up_time: None,
            enterprise_id: None,
            binding_id: None,
        };
        let absolute_expire_time = now + TimeDelta::from_std(rules.absolute).unwrap_or(TimeDelta::zero());
        Self { session, create_time: now, absolute_expire_time, name_masked, client, renewed: None }
    }

    /// The session after a face check: a new id, stronger evidence, the same end.
    pub(crate) fn stepped_up(mut self, clock: &dyn Clock) -> Self {
        self.session.session_id = SessionId::new(clock);
        self.session.evidence = EvidenceLevel::Face;
        self.session.step_up_time = Some(clock.now());
        self
    }

    /// The session acting for another enterprise, or for none: a new id, the same end.
    pub(crate) fn acting_for(mut self, target: Option<ActingFor>, clock: &dyn Clock) -> Self {
        self.session.session_id = SessionId::new(clock);
        self.session.enterprise_id = target.map(|target| target.enterprise_id);
        self.session.binding_id = target.map(|target| target.binding_id);
        self
    }

    /// The session with no enterprise behind it: the same id, which others know it by.
    pub(crate) fn acting_for_nobody(mut self) -> Self {
        self.session.enterprise_id = None;
        self.session.binding_id = None;
        self
    }

    /// Whether the call that renewed it may still be repeated, in this browser.
    pub(crate) fn is_repeatable_by(&self, device_hash: Option<&str>, now: DateTime<Utc>) -> bool {
        let in_time = self.renewed.as_ref().is_some_and(|renewed| now < renewed.until);
        in_time && self.client.device_hash.as_deref() == device_hash
    }

    /// How long it lives from `now` without use; `None` when its age has ended it.
    pub(crate) fn time_left(&self, now: DateTime<Utc>, rules: &SessionRules) -> Option<Duration> {
        let left = (self.absolute_expire_time - now).to_std().ok().filter(|left| !left.is_zero())?;
        Some(left.min(rules.idle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_kernel::ManualClock;

    const RULES: SessionRules =
        SessionRules { idle: Duration::from_mins(30), absolute: Duration::from_hours(12) };

    fn open(clock: &ManualClock) -> SessionRecord {
        SessionRecord::open(PersonId::new(clock), "张*".into(), ClientInfo::default(), clock, &RULES)
    }

    #[test]
    fn idle_time_is_cut_by_the_end() {
        let clock = ManualClock::new("2026-11-01T04:00:00Z".parse().unwrap());
        let record = open(&clock);
        assert_eq!(record.time_left(clock.now(), &RULES), Some(RULES.idle));
        clock.advance(Duration::from_hours(12) - Duration::from_secs(5));
        assert_eq!(record.time_left(clock.now(), &RULES), Some(Duration::from_secs(5)));
        clock.advance(Duration::from_secs(5));
        assert_eq!(record.time_left(clock.now(), &RULES), None);
    }

    #[test]
    fn every_change_gives_a_new_id_and_keeps_the_end() {
        let clock = ManualClock::new("2026-11-01T04:00:00Z".parse().unwrap());
        let first = open(&clock);
        clock.advance(Duration::from_mins(1));
        let second = first.clone().stepped_up(&clock);
        assert_eq!(second.session.evidence, EvidenceLevel::Face);
        assert_eq!(second.session.step_up_time, Some(clock.now()));
        let target =
            ActingFor { enterprise_id: EnterpriseId::new(&clock), binding_id: BindingId::new(&clock) };
        let third = second.clone().acting_for(Some(target), &clock);
        assert_eq!(third.session.step_up_time, second.session.step_up_time);
        assert_eq!(third.session.enterprise_id, Some(target.enterprise_id));
        assert_eq!(third.clone().acting_for(None, &clock).session.binding_id, None);
        let ids = [first.session.session_id, second.session.session_id, third.session.session_id];
        assert!(ids[0] != ids[1] && ids[1] != ids[2]);
        assert!(
            [&second, &third].iter().all(|record| record.absolute_expire_time == first.absolute_expire_time)
        );
    }
}
