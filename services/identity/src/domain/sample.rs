//! Somebody for the tests of the domain.

use chrono::NaiveDate;
use shiming_identifiers::{DocumentType, Identity};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn resident() -> Identity {
    Identity::parse(DocumentType::ResidentId, "640101199003070015", "张三", day("2026-11-01"), "document")
        .unwrap()
}
