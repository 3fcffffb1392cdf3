//! How often one identity, or one device, may try on one day, whatever the purpose.

use std::time::Duration;

use super::refusal::Refusal;

/// How a capture that didn't pass is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    /// Somebody else's face.
    NotSame,
    /// No living face, by suspicion. Counts as a refused face too.
    Attack,
    /// An action that wasn't seen. People are clumsy, and recordings must guess the challenge.
    Incomplete,
    /// Nothing that tells anything about the person: unusable pictures, no reference, another name.
    Free,
}

/// What was used of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// Refused faces, attacks included.
    pub(crate) not_same: u32,
    /// Attacks.
    pub(crate) attacks: u32,
    /// Challenges that weren't answered.
    pub(crate) incomplete: u32,
    /// Captures that were judged and led nowhere without counting.
    pub(crate) free: u32,
}

/// How much a day has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttemptRules {
    /// Refused faces.
    pub(crate) not_same_per_day: u32,
    /// Attacks; then the identity is locked.
    pub(crate) attacks_per_day: u32,
    /// Unanswered challenges: few enough that guessing one doesn't pay.
    pub(crate) incomplete_per_day: u32,
    /// Tries that aren't counted as attempts: many, but not endless, for each of them costs computing and may be a probe.
    pub(crate) free_per_day: u32,
}

impl Attempts {
    /// With one more.
    #[must_use]
    pub(crate) fn and(mut self, tried: Tried) -> Self {
        match tried {
            Tried::NotSame => self.not_same += 1,
            Tried::Attack => {
                self.not_same += 1;
                self.attacks += 1;
            }
            Tried::Incomplete => self.incomplete += 1,
            Tried::Free => self.free += 1,
        }
        self
    }
}

impl AttemptRules {
    /// How many faces may still be refused today; none once attacks have locked.
    pub(crate) fn left(self, used: Attempts) -> u32 {
        if self.locks(used) { 0 } else { self.not_same_per_day.saturating_sub(used.not_same) }
    }

    /// Whether so many attacks lock.
    pub(crate) fn locks(self, used: Attempts) -> bool {
        used.attacks >= self.attacks_per_day
    }

    /// Refuses when the day is used up; `rest_of_day` is when to come again.
    pub(crate) fn admit(self, used: Attempts, rest_of_day: Duration) -> Result<(), Refusal> {
        let is_over = self.left(used) == 0
            || self.locks(used)
            || used.incomplete >= self.incomplete_per_day
            || used.free >= self.free_per_day;
        if is_over { Err(Refusal::RetryExhausted { retry_after: rest_of_day }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: AttemptRules =
        AttemptRules { not_same_per_day: 5, attacks_per_day: 3, incomplete_per_day: 12, free_per_day: 60 };

    #[test]
    fn either_limit_ends_the_day() {
        let admitted = |used| RULES.admit(used, Duration::from_secs(1)).is_ok();
        let almost = Attempts { not_same: 4, attacks: 2, incomplete: 11, free: 59 };
        assert!(admitted(Attempts::default()) && admitted(almost));
        for tried in [Tried::NotSame, Tried::Attack, Tried::Incomplete, Tried::Free] {
            assert!(!admitted(almost.and(tried)), "{tried:?}");
        }
        assert_eq!(RULES.left(Attempts { not_same: 9, ..Attempts::default() }), 0);
    }

    #[test]
    fn an_attack_is_a_refused_face_too() {
        let used = Attempts::default().and(Tried::Attack);
        assert_eq!((used.not_same, used.attacks), (1, 1));
        let locked = used.and(Tried::Attack).and(Tried::Attack);
        assert!(RULES.locks(locked) && !RULES.locks(used));
        assert_eq!((RULES.left(used), RULES.left(locked)), (4, 0), "who is locked has none left");
    }
}
