//! Days as the tax bureau counts them: China has one time zone and no summer time.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

const CHINA_SECONDS_EAST: i32 = 8 * 3600;

/// The day in China at a moment.
pub(crate) fn china_date(now: DateTime<Utc>) -> NaiveDate {
    (now + TimeDelta::seconds(CHINA_SECONDS_EAST.into())).date_naive()
}

/// How long the day in China still lasts: never zero.
pub(crate) fn rest_of_china_day(now: DateTime<Utc>) -> Duration {
    let next_day = china_date(now).succ_opt().and_then(|day| day.and_hms_opt(0, 0, 0));
    let zone = FixedOffset::east_opt(CHINA_SECONDS_EAST);
    let end = next_day.zip(zone).and_then(|(midnight, zone)| midnight.and_local_timezone(zone).single());
    end.and_then(|end| (end.with_timezone(&Utc) - now).to_std().ok()).unwrap_or(Duration::from_hours(24))
}

/// Whole years between two days.
pub(crate) fn age_on(birth_date: NaiveDate, day: NaiveDate) -> u32 {
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
