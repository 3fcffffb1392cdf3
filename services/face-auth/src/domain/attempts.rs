//! How often one identity may try on one day, whatever the purpose.

use std::time::Duration;

use super::refusal::Refusal;

/// What an identity used of its day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// Captures of somebody else's face.
    pub(crate) not_same: u32,
    /// Captures that were judged and led nowhere without counting: unusable pictures, no reference, another name.
    pub(crate) free: u32,
}

/// How much a day has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttemptRules {
    /// Refused faces.
    pub(crate) not_same_per_day: u32,
    /// Tries that aren't counted as attempts: many, but not endless, for each of them costs computing and may be a probe.
    pub(crate) free_per_day: u32,
}

impl AttemptRules {
    /// How many faces may still be refused today.
    pub(crate) fn left(self, used: Attempts) -> u32 {
        self.not_same_per_day.saturating_sub(used.not_same)
    }

    /// Refuses when the day is used up; `rest_of_day` is when to come again.
    pub(crate) fn admit(self, used: Attempts, rest_of_day: Duration) -> Result<(), Refusal> {
        if self.left(used) == 0 || used.free >= self.free_per_day {
            return Err(Refusal::RetryExhausted { retry_after: rest_of_day });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: AttemptRules = AttemptRules { not_same_per_day: 5, free_per_day: 60 };

    #[test]
    fn either_limit_ends_the_day() {
        let admitted =
            |not_same, free| RULES.admit(Attempts { not_same, free }, Duration::from_secs(1)).is_ok();
        assert!(admitted(0, 0) && admitted(4, 59));
        assert!(!admitted(5, 0) && !admitted(0, 60) && !admitted(9, 99));
        assert_eq!(RULES.left(Attempts { not_same: 9, free: 0 }), 0);
    }
}
