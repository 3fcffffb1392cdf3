//! When codes were sent to one phone: how often another may be, by sliding windows.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// At most `most` sendings within `window`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SendLimit {
    pub(crate) most: usize,
    pub(crate) window: Duration,
}

/// The times of the last sendings to one phone, oldest first, in microseconds of Unix time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SendLog(Vec<i64>);

impl SendLog {
    /// Notes a sending at `now`, unless a limit is reached: then says how long to wait. Drops what no limit looks at any more.
    pub(crate) fn note(&mut self, now: DateTime<Utc>, limits: &[SendLimit]) -> Result<(), Duration> {
        let longest = limits.iter().map(|limit| limit.window).max().unwrap_or_default();
        let oldest = micros_before(now, longest);
        self.0.retain(|sent| *sent > oldest);
        let wait = limits.iter().filter_map(|limit| self.wait(now, limit)).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        self.0.push(now.timestamp_micros());
        Ok(())
    }

    /// Takes back a sending that came to nothing.
    pub(crate) fn forget(&mut self, sent: DateTime<Utc>) {
        if let Some(at) = self.0.iter().rposition(|time| *time == sent.timestamp_micros()) {
            self.0.remove(at);
        }
    }

    fn wait(&self, now: DateTime<Utc>, limit: &SendLimit) -> Option<Duration> {
        let start = micros_before(now, limit.window);
        let within = self.0.iter().filter(|sent| **sent > start).count();
        if within < limit.most {
            return None;
        }
        // The window is free again when so many have left it that one below the limit are in.
        let leaving = self.0.len().checked_sub(limit.most).and_then(|at| self.0.get(at))?;
        let micros = leaving.saturating_sub(start);
        Some(Duration::from_micros(u64::try_from(micros).unwrap_or_default()))
    }
}

fn micros_before(now: DateTime<Utc>, window: Duration) -> i64 {
    let window = TimeDelta::from_std(window).unwrap_or(TimeDelta::zero());
    now.timestamp_micros().saturating_sub(window.num_microseconds().unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: [SendLimit; 3] = [
        SendLimit { most: 1, window: Duration::from_mins(1) },
        SendLimit { most: 5, window: Duration::from_hours(1) },
        SendLimit { most: 10, window: Duration::from_hours(24) },
    ];

    fn noon() -> DateTime<Utc> {
        "2026-11-01T04:00:00Z".parse().unwrap()
    }

    #[test]
    fn one_a_minute_five_an_hour_ten_a_day() {
        let mut log = SendLog::default();
        let mut now = noon();
        assert_eq!(log.note(now, &LIMITS), Ok(()));
        assert_eq!(log.note(now + TimeDelta::seconds(59), &LIMITS), Err(Duration::from_secs(1)));
        for _ in 0..4 {
            now += TimeDelta::seconds(60);
            assert_eq!(log.note(now, &LIMITS), Ok(()));
        }
        now += TimeDelta::seconds(60);
        assert_eq!(log.note(now, &LIMITS), Err(Duration::from_mins(55)), "the sixth within an hour");
        now = noon() + TimeDelta::hours(2);
        for _ in 0..5 {
            assert_eq!(log.note(now, &LIMITS), Ok(()));
            now += TimeDelta::minutes(2);
        }
        now += TimeDelta::hours(2);
        let wait = log.note(now, &LIMITS).unwrap_err();
        assert_eq!(now + wait, noon() + TimeDelta::hours(24), "the eleventh within a day");
        assert_eq!(log.note(now + wait, &LIMITS), Ok(()));
    }

    #[test]
    fn a_sending_that_failed_does_not_count() {
        let mut log = SendLog::default();
        log.note(noon(), &LIMITS).unwrap();
        log.forget(noon());
        assert_eq!(log, SendLog::default());
        assert_eq!(log.note(noon(), &LIMITS), Ok(()));
        log.forget(noon() + TimeDelta::seconds(1));
        assert!(log.note(noon(), &LIMITS).is_err(), "another's sending stays");
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_its_limit(pauses in prop::collection::vec(0_i64..7200, 1..60)) {
            let (mut log, mut now, mut sent) = (SendLog::default(), noon(), Vec::new());
            for pause in pauses {
                now += TimeDelta::seconds(pause);
                match log.note(now, &LIMITS) {
                    Ok(()) => sent.push(now),
                    Err(wait) => prop_assert!(log.clone().note(now + wait, &LIMITS).is_ok(), "the wait is enough"),
                }
                for limit in LIMITS {
                    let start = now - TimeDelta::from_std(limit.window).unwrap();
                    prop_assert!(sent.iter().filter(|time| **time > start).count() <= limit.most);
                }
            }
        }
    }
}
