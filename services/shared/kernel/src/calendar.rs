//! Days as the tax bureau counts them: China has one time zone and no summer time.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

const EAST: TimeDelta = TimeDelta::hours(8);

/// The time on a wall in China.
pub fn china_time(now: DateTime<Utc>) -> NaiveDateTime {
    (now + EAST).naive_utc()
}

/// The day in China at a moment.
pub fn china_date(now: DateTime<Utc>) -> NaiveDate {
    china_time(now).date()
}

/// How long the day in China still lasts: never zero.
pub fn rest_of_china_day(now: DateTime<Utc>) -> Duration {
    let since_midnight = china_time(now).time().signed_duration_since(NaiveTime::MIN);
    (TimeDelta::days(1) - since_midnight).to_std().unwrap_or(Duration::from_hours(24))
}

/// Whole years between two days.
pub fn age_on(birth_date: NaiveDate, day: NaiveDate) -> u32 {
    day.years_since(birth_date).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_begins_at_sixteen_hours_utc() {
        assert_eq!(china_date(at("2026-03-01T15:59:59Z")).to_string(), "2026-03-01");
        assert_eq!(china_date(at("2026-03-01T16:00:00Z")).to_string(), "2026-03-02");
        assert_eq!(china_time(at("2026-03-01T16:30:00Z")).to_string(), "2026-03-02 00:30:00");
        assert_eq!(rest_of_china_day(at("2026-03-01T15:59:59Z")), Duration::from_secs(1));
        assert_eq!(rest_of_china_day(at("2026-03-01T16:00:00Z")), Duration::from_hours(24));
    }

    #[test]
    fn a_birthday_counts_from_its_own_day() {
        let born = NaiveDate::from_ymd_opt(2012, 2, 29).unwrap();
        assert_eq!(age_on(born, NaiveDate::from_ymd_opt(2026, 2, 28).unwrap()), 13);
        assert_eq!(age_on(born, NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()), 14);
        assert_eq!(age_on(born, NaiveDate::from_ymd_opt(2000, 1, 1).unwrap()), 0);
    }
}
