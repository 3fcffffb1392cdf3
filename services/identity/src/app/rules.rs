//! The limits and lifetimes that use cases keep to.

use std::time::Duration;

use serde::Deserialize;
use shiming_identifiers::MobileRule;
use shiming_runtime::config::DurationText;

use crate::domain::code::CodeRules;
use crate::domain::send_log::SendLimit;
use crate::domain::session::SessionRules;

/// `[rules]`: limits and lifetimes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// How long a collection lives after its last step.
    pub collection_lifetime: DurationText,
    /// Under this age a guardian must consent at the counter.
    pub guardian_consent_under_age: u32,
    /// How many persons may be collected with one mobile.
    pub persons_per_mobile: u16,
    /// Mobile numbers that are taken: a regular expression over the 11 digits. Absent: the built-in ranges.
    #[serde(default)]
    pub mobile_pattern: MobileRule,
    /// How long a one-time code lives.
    pub code_lifetime: DurationText,
    /// Wrong tries after which a code is dead.
    pub code_tries: u32,
    /// Codes to one mobile: the shortest pause between two.
    pub code_pause: DurationText,
    /// Codes to one mobile within an hour.
    pub codes_per_hour: usize,
    /// Codes to one mobile within 24 hours.
    pub codes_per_day: usize,
    /// Wrong tries per identity and day, over all flows, after which it is locked until midnight.
    pub wrong_tries_per_day: u32,
    /// Requests for login codes by one browser in a day that no login came of.
    pub unproven_codes_per_browser: u64,
    /// The same by one address, which many people may share.
    pub unproven_codes_per_address: u64,
    /// Login codes on their way to the provider at once; one more is refused.
    pub sms_in_flight: usize,
    /// A session's life without use.
    pub session_idle: DurationText,
    /// A session's life in any case.
    pub session_absolute: DurationText,
}

impl Rules {
    pub(crate) fn code(&self) -> CodeRules {
        CodeRules { lifetime: self.code_lifetime.get(), tries: self.code_tries }
    }

    pub(crate) fn session(&self) -> SessionRules {
        SessionRules { idle: self.session_idle.get(), absolute: self.session_absolute.get() }
    }

    pub(crate) fn sending(&self) -> [SendLimit; 3] {
        [
            SendLimit { most: 1, window: self.code_pause.get() },
            SendLimit { most: self.codes_per_hour, window: Duration::from_hours(1) },
            SendLimit { most: self.codes_per_day, window: Duration::from_hours(24) },
        ]
    }

    /// What of them can't be, in words.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut demand = |holds: bool, rule: &str| {
            if !holds {
                broken.push(format!("rules.{rule}"));
            }
        };
        demand(!self.collection_lifetime.get().is_zero(), "collection_lifetime: must be longer than 0");
        demand(self.guardian_consent_under_age >= 14, "guardian_consent_under_age: the law says at least 14");
        demand(self.persons_per_mobile > 0, "persons_per_mobile: must be at least 1");
        demand(!self.code_lifetime.get().is_zero(), "code_lifetime: must be longer than 0");
        demand((1..=10).contains(&self.code_tries), "code_tries: must lie between 1 and 10");
        demand(!self.code_pause.get().is_zero(), "code_pause: must be longer than 0");
        demand(
            self.codes_per_hour > 0 && self.codes_per_day > 0,
            "codes_per_hour, codes_per_day: must be at least 1",
        );
        demand(self.wrong_tries_per_day > 0, "wrong_tries_per_day: must be at least 1");
        demand(
            self.unproven_codes_per_browser > 0 && self.unproven_codes_per_address > 0,
            "unproven_codes_per_browser, unproven_codes_per_address: must be at least 1",
        );
        demand(self.sms_in_flight > 0, "sms_in_flight: must be at least 1");
        let (idle, absolute) = (self.session_idle.get(), self.session_absolute.get());
        demand(
            !idle.is_zero() && idle <= absolute,
            "session_idle: must be longer than 0 and at most session_absolute",
        );
        broken
    }
}
