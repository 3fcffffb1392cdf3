//! A circuit breaker for a provider outside the house: one that fails is left alone for a while, then tried by one call.
//!
//! ```text
//! closed ──failures in a row──▶ open ──open_for──▶ half open ──one trial──▶ closed
//!                                ▲                    └── failed ──▶ open
//! ```

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use shiming_kernel::SharedClock;

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerRule {
    /// Failures in a row that open it; at least one.
    pub failures: u32,
    /// How long it stays open before one call may try again.
    pub open_for: Duration,
}

/// One provider's breaker. Clones share their state.
#[derive(Clone)]
pub struct CircuitBreaker {
    name: &'static str,
    rule: BreakerRule,
    clock: SharedClock,
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Calls go through; so many failed in a row.
    Closed { failures: u32 },
    /// No calls until then.
    Open { until: DateTime<Utc> },
    /// One call is trying; another may when this one has not come back by then.
    Trying { until: DateTime<Utc> },
}

impl CircuitBreaker {
    /// A closed breaker; `name` is what the log calls the provider.
    pub fn new(name: &'static str, rule: BreakerRule, clock: SharedClock) -> Self {
        let state = Arc::new(Mutex::new(State::Closed { failures: 0 }));
        Self { name, rule, clock, state }
    }

    /// Leave to call the provider, or how long to wait for it. Whoever gets a [`Permit`] says how the call went.
    pub fn admit(&self) -> Result<Permit, Duration> {
        let now = self.clock.now();
        let mut state = self.state();
        match *state {
            State::Closed { .. } => Ok(Permit { breaker: self.clone(), trial: false, told: false }),
            State::Open { until } | State::Trying { until } if now < until => {
                Err((until - now).to_std().unwrap_or_default())
            }
            State::Open { .. } | State::Trying { .. } => {
                *state = State::Trying { until: self.reopen(now) };
                Ok(Permit { breaker: self.clone(), trial: true, told: false })
            }
        }
    }

    fn succeeded(&self) {
        let before = std::mem::replace(&mut *self.state(), State::Closed { failures: 0 });
        if !matches!(before, State::Closed { .. }) {
            tracing::info!(provider = self.name, "the provider is back; the breaker closes");
        }
    }

    fn failed(&self, trial: bool) {
        let now = self.clock.now();
        let mut state = self.state();
        let failures = match *state {
            State::Closed { failures } => failures.saturating_add(1),
            // A call from before the breaker opened, come back late: no news.
            State::Open { .. } | State::Trying { .. } if !trial => return,
            State::Open { .. } | State::Trying { .. } => self.rule.failures,
        };
        if failures < self.rule.failures {
            *state = State::Closed { failures };
            return;
        }
        *state = State::Open { until: self.reopen(now) };
        drop(state);
        tracing::error!(provider = self.name, failures, "the provider fails; the breaker opens");
    }

    /// A trial nobody brought to its end proves nothing: the next call may try.
    fn abandoned(&self) {
        let mut state = self.state();
        if matches!(*state, State::Trying { .. }) {
            *state = State::Open { until: self.clock.now() };
        }
    }

    fn reopen(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let pause = TimeDelta::from_std(self.rule.open_for).unwrap_or(TimeDelta::MAX);
        now.checked_add_signed(pause).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("name", &self.name)
            .field("state", &*self.state())
            .finish_non_exhaustive()
    }
}

/// Leave for one call. Dropped without a word it counts neither way.
#[derive(Debug)]
#[must_use = "the breaker learns from what became of the call"]
pub struct Permit {
    breaker: CircuitBreaker,
    trial: bool,
    told: bool,
}

impl Permit {
    /// The provider answered, whatever it said.
    pub fn succeeded(mut self) {
        self.told = true;
        self.breaker.succeeded();
    }

    /// It didn't answer in time, or answered that it can't.
    pub fn failed(mut self) {
        self.told = true;
        self.breaker.failed(self.trial);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.told && self.trial {
            self.breaker.abandoned();
        }
    }
}

#[cfg(test)]
mod tests {
    use shiming_kernel::ManualClock;

    use super::*;

    const RULE: BreakerRule = BreakerRule { failures: 3, open_for: Duration::from_secs(30) };

    fn breaker() -> (CircuitBreaker, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::new("2026-01-02T12:00:00Z".parse().unwrap()));
        (CircuitBreaker::new("test", RULE, Arc::<ManualClock>::clone(&clock)), clock)
    }

    fn fail(breaker: &CircuitBreaker, times: u32) {
        (0..times).for_each(|_| breaker.admit().unwrap().failed());
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_forgives_them() {
        let (breaker, _) = breaker();
        fail(&breaker, 2);
        breaker.admit().unwrap().succeeded();
        fail(&breaker, 2);
        assert!(breaker.admit().is_ok());
        fail(&breaker, 1);
        assert_eq!(breaker.admit().unwrap_err(), Duration::from_secs(30));
    }

    #[test]
    fn one_call_tries_and_its_success_closes() {
        let (breaker, clock) = breaker();
        fail(&breaker, 3);
        clock.advance(Duration::from_secs(29));
        assert_eq!(breaker.admit().unwrap_err(), Duration::from_secs(1));
        clock.advance(Duration::from_secs(1));
        let trial = breaker.admit().unwrap();
        assert!(breaker.admit().is_err(), "one at a time");
        trial.succeeded();
        assert!(breaker.admit().is_ok() && breaker.admit().is_ok());
    }

    #[test]
    fn a_failed_trial_opens_it_again() {
        let (breaker, clock) = breaker();
        fail(&breaker, 3);
        clock.advance(Duration::from_secs(30));
        breaker.admit().unwrap().failed();
        assert_eq!(breaker.admit().unwrap_err(), Duration::from_secs(30));
    }

    #[test]
    fn a_trial_that_is_broken_off_or_lost_keeps_nobody_out() {
        let (breaker, clock) = breaker();
        fail(&breaker, 3);
        clock.advance(Duration::from_secs(30));
        drop(breaker.admit().unwrap());
        let lost = breaker.admit().unwrap();
        assert!(breaker.admit().is_err());
        clock.advance(Duration::from_secs(30));
        breaker.admit().unwrap().succeeded();
        std::mem::forget(lost);
        assert!(breaker.admit().is_ok());
    }

    #[test]
    fn a_late_failure_from_before_prolongs_nothing() {
        let (breaker, clock) = breaker();
        let late = breaker.admit().unwrap();
        fail(&breaker, 3);
        clock.advance(Duration::from_secs(20));
        late.failed();
        assert_eq!(breaker.admit().unwrap_err(), Duration::from_secs(10));
    }
}
