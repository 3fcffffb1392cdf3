//! A lock refuses every face check of an identity; SMS and the counter stay open.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// Who locks when too many captures of a day look like attacks.
pub(crate) const LOCKED_BY_ATTACKS: &str = "attacks";

/// A lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FaceLock {
    pub(crate) lock_time: DateTime<Utc>,
    /// Until then; without one, until somebody unlocks.
    pub(crate) end_time: Option<DateTime<Utc>>,
    pub(crate) reason: String,
    /// `ops:<name>`, or [`LOCKED_BY_ATTACKS`].
    pub(crate) actor: String,
}

impl FaceLock {
    /// Whether it still holds.
    pub(crate) fn holds(&self, now: DateTime<Utc>) -> bool {
        self.end_time.is_none_or(|end| now < end)
    }

    /// What it answers while it holds.
    pub(crate) fn refuse(lock: Option<&Self>, now: DateTime<Utc>) -> Result<(), Refusal> {
        let Some(lock) = lock.filter(|lock| lock.holds(now)) else { return Ok(()) };
        let retry_after: Option<Duration> = lock.end_time.and_then(|end| (end - now).to_std().ok());
        Err(Refusal::Locked { retry_after })
    }

    /// Of two locks the one that ends later.
    pub(crate) fn later(self, other: Option<Self>) -> Self {
        match other {
            Some(other)
                if other.end_time.is_none()
                    || (self.end_time.is_some() && other.end_time >= self.end_time) =>
            {
                other
            }
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-12-01T04:00:00Z".parse().unwrap()
    }

    fn lock(minutes: Option<i64>) -> FaceLock {
        FaceLock {
            lock_time: noon(),
            end_time: minutes.map(|minutes| noon() + TimeDelta::minutes(minutes)),
            reason: "r".into(),
            actor: "ops:li".into(),
        }
    }

    #[test]
    fn a_lock_holds_until_its_end() {
        let refused = |lock: Option<FaceLock>, minutes| {
            FaceLock::refuse(lock.as_ref(), noon() + TimeDelta::minutes(minutes)).err()
        };
        assert_eq!(refused(None, 0), None);
        assert_eq!(
            refused(Some(lock(Some(5))), 1),
            Some(Refusal::Locked { retry_after: Some(Duration::from_mins(4)) })
        );
        assert_eq!(refused(Some(lock(Some(5))), 5), None);
        assert_eq!(refused(Some(lock(None)), 99), Some(Refusal::Locked { retry_after: None }));
    }

    #[test]
    fn the_later_end_wins() {
        assert_eq!(lock(Some(5)).later(Some(lock(Some(9)))), lock(Some(9)));
        assert_eq!(lock(Some(9)).later(Some(lock(Some(5)))), lock(Some(9)));
        assert_eq!(lock(Some(9)).later(Some(lock(None))), lock(None));
        assert_eq!(lock(None).later(Some(lock(Some(9)))), lock(None));
        assert_eq!(lock(Some(1)).later(None), lock(Some(1)));
    }
}
