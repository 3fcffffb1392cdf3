//! Time as an injected dependency, so that tests move it instead of sleeping.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

/// Tells the time of day. Everything that decides by time takes one of these.
pub trait Clock: Send + Sync {
    /// The present moment, cut to microseconds: what every database can hold, so that a value read back equals the one written.
    fn now(&self) -> DateTime<Utc>;
}

/// A clock that many tasks hold.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock. The only place that reads it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl SystemClock {
    /// The machine's clock in the form most constructors want.
    pub fn shared() -> SharedClock {
        Arc::new(Self)
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock everybody else is sent to")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands still until it is told to move.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// Stands at `start`.
    pub fn new(start: DateTime<Utc>) -> Self {
        Self(Mutex::new(start.trunc_subsecs(6)))
    }

    /// Moves forward. Saturates at the end of the representable calendar.
    pub fn advance(&self, by: Duration) {
        self.change(|now| {
            TimeDelta::from_std(by)
                .ok()
                .and_then(|delta| now.checked_add_signed(delta))
                .unwrap_or(DateTime::<Utc>::MAX_UTC)
        });
    }

    /// Jumps to `to`, backwards if need be.
    pub fn set(&self, to: DateTime<Utc>) {
        self.change(|_| to);
    }

    fn change(&self, next: impl FnOnce(DateTime<Utc>) -> DateTime<Utc>) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = next(*now).trunc_subsecs(6);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-01-02T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::new(noon());
        assert_eq!(clock.now(), noon());
        clock.advance(Duration::from_secs(90));
        assert_eq!(clock.now() - noon(), TimeDelta::seconds(90));
        clock.set(noon());
        assert_eq!(clock.now(), noon());
    }

    #[test]
    fn advancing_beyond_the_calendar_saturates() {
        let clock = ManualClock::new(noon());
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), DateTime::<Utc>::MAX_UTC.trunc_subsecs(6));
    }
}
