//! Days as people in the country's one time zone count them.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

const EAST: TimeDelta = TimeDelta::hours(8);

/// The time on the wall.
pub(crate) fn wall_clock(now: DateTime<Utc>) -> NaiveDateTime {
    (now + EAST).naive_utc()
}

/// The day on the calendar.
pub(crate) fn day_of(now: DateTime<Utc>) -> NaiveDate {
    wall_clock(now).date()
}

/// How long the day still lasts; never zero.
pub(crate) fn until_tomorrow(now: DateTime<Utc>) -> Duration {
    let midnight = day_of(now) + Days::new(1);
    (midnight.and_time(NaiveTime::MIN) - wall_clock(now)).to_std().unwrap_or(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_changes_at_beijing_midnight() {
        let before: DateTime<Utc> = "2026-03-01T15:59:59Z".parse().unwrap();
        let after: DateTime<Utc> = "2026-03-01T16:00:00Z".parse().unwrap();
        assert_eq!(day_of(before).to_string(), "2026-03-01");
        assert_eq!(day_of(after).to_string(), "2026-03-02");
        assert_eq!(until_tomorrow(before), Duration::from_secs(1));
        assert_eq!(until_tomorrow(after), Duration::from_hours(24));
    }
}
