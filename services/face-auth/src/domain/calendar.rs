//! Days as the tax bureau counts them: China has one time zone and no summer time.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

const EAST: TimeDelta = TimeDelta::hours(8);

/// The day in China at a moment.
pub(crate) fn china_date(now: DateTime<Utc>) -> NaiveDate {
    (now + EAST).date_naive()
}

/// How long the day in China still lasts: never zero.
pub(crate) fn rest_of_china_day(now: DateTime<Utc>) -> Duration {
    let since_midnight = (now + EAST).time().signed_duration_since(NaiveTime::MIN);
    (TimeDelta::days(1) - since_midnight).to_std().unwrap_or(Duration::from_hours(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_sixteen_hours_utc() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(china_date(at("2026-03-01T15:59:59Z")).to_string(), "2026-03-01");
        assert_eq!(china_date(at("2026-03-01T16:00:00Z")).to_string(), "2026-03-02");
        assert_eq!(rest_of_china_day(at("2026-03-01T15:59:59Z")), Duration::from_secs(1));
        assert_eq!(rest_of_china_day(at("2026-03-01T16:00:00Z")), Duration::from_hours(24));
    }
}
