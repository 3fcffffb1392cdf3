//! A one-time code's life: five tries, five minutes, one use. Pure; the cache holds it and swaps it atomically.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::RequestId;

/// What a code is for; one sent for a purpose serves no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodePurpose {
    /// 实名采集.
    Collection,
    /// 短信验证登录.
    Login,
}

impl CodePurpose {
    /// The purpose as the code's binding and the cache's keys spell it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Login => "login",
        }
    }
}

/// How long a code lives and how often it may be tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeRules {
    pub(crate) lifetime: Duration,
    pub(crate) tries: u32,
}

/// A code that was sent, without the code: its keyed hash and what has happened to it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Challenge {
    mac: Vec<u8>,
    expire_time: DateTime<Utc>,
    wrong_tries: u32,
    /// The request that used it. The same request may use it again, so that one that was cut off can be repeated.
    used_by: Option<RequestId>,
}

/// What a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Right, and from now on this request's.
    Right,
    /// Wrong; so many tries are left.
    Wrong {
        /// Zero: the code is dead.
        tries_left: u32,
    },
    /// Its time has run out.
    Expired,
    /// Too many wrong tries: even the right code no longer counts.
    Dead,
    /// Used by another request.
    Used,
    /// None was asked for, or it was long ago.
    Absent,
}

impl Challenge {
    /// A fresh challenge for a code with this keyed hash.
    pub(crate) fn new(mac: [u8; 32], now: DateTime<Utc>, rules: &CodeRules) -> Self {
        let lifetime = TimeDelta::from_std(rules.lifetime).unwrap_or(TimeDelta::zero());
        Self { mac: mac.to_vec(), expire_time: now + lifetime, wrong_tries: 0, used_by: None }
    }

    /// Judges one try by `request` and notes it. `matches` compares the given code with the keyed hash in constant time; it is asked
    /// in every case, so that a dead code takes as long as a live one.
    pub(crate) fn try_code(
        &mut self,
        request: RequestId,
        now: DateTime<Utc>,
        rules: &CodeRules,
        matches: impl FnOnce(&[u8]) -> bool,
    ) -> Verdict {
        let right = matches(&self.mac);
        match self.used_by {
            Some(user) if user == request && right => return Verdict::Right,
            Some(_) => return Verdict::Used,
            None => {}
        }
        if self.expire_time <= now {
            Verdict::Expired
        } else if self.wrong_tries >= rules.tries {
            Verdict::Dead
        } else if right {
            self.used_by = Some(request);
            Verdict::Right
        } else {
            self.wrong_tries += 1;
            Verdict::Wrong { tries_left: rules.tries.saturating_sub(self.wrong_tries) }
        }
    }

    /// Gives the code back after the request that used it failed for another cause.
    pub(crate) fn release(&mut self, request: RequestId) {
        if self.used_by == Some(request) {
            self.used_by = None;
        }
    }
}

/// Whether a text has the form of a code: six ASCII digits.
pub(crate) fn is_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use shiming_kernel::SystemClock;

    const RULES: CodeRules = CodeRules { lifetime: Duration::from_mins(5), tries: 5 };

    fn noon() -> DateTime<Utc> {
        "2026-11-01T04:00:00Z".parse().unwrap()
    }

    fn request() -> RequestId {
        RequestId::new(&SystemClock)
    }

    fn fresh() -> Challenge {
        Challenge::new([7; 32], noon(), &RULES)
    }

    #[test]
    fn the_fifth_wrong_try_kills_even_the_right_code() {
        let mut challenge = fresh();
        for left in (0..5).rev() {
            let verdict = challenge.try_code(request(), noon(), &RULES, |_| false);
            assert_eq!(verdict, Verdict::Wrong { tries_left: left });
        }
        assert_eq!(challenge.try_code(request(), noon(), &RULES, |_| true), Verdict::Dead);
    }

    #[test]
    fn five_minutes_are_the_end() {
        let end = noon() + TimeDelta::minutes(5);
        let just_before = end - TimeDelta::microseconds(1);
        assert_eq!(fresh().try_code(request(), just_before, &RULES, |_| true), Verdict::Right);
        assert_eq!(fresh().try_code(request(), end, &RULES, |_| true), Verdict::Expired);
    }

    #[test]
    fn a_code_serves_one_request_which_may_come_again() {
        let mut challenge = fresh();
        let first = request();
        assert_eq!(challenge.try_code(first, noon(), &RULES, |_| true), Verdict::Right);
        assert_eq!(challenge.try_code(first, noon(), &RULES, |_| true), Verdict::Right);
        assert_eq!(challenge.try_code(request(), noon(), &RULES, |_| true), Verdict::Used);
        assert_eq!(challenge.try_code(first, noon(), &RULES, |_| false), Verdict::Used);
    }

    #[test]
    fn only_its_user_gives_a_code_back() {
        let mut challenge = fresh();
        let first = request();
        challenge.try_code(first, noon(), &RULES, |_| true);
        challenge.release(request());
        assert_eq!(challenge.try_code(request(), noon(), &RULES, |_| true), Verdict::Used);
        challenge.release(first);
        assert_eq!(challenge.try_code(request(), noon(), &RULES, |_| true), Verdict::Right);
    }

    proptest! {
        #[test]
        fn no_order_of_tries_gives_more_than_five_wrong_ones_or_two_users(tries in prop::collection::vec(any::<bool>(), 0..40)) {
            let mut challenge = fresh();
            let (mut wrong, mut right) = (0, 0);
            for matches in tries {
                match challenge.try_code(request(), noon(), &RULES, |_| matches) {
                    Verdict::Wrong { .. } => wrong += 1,
                    Verdict::Right => right += 1,
                    Verdict::Expired | Verdict::Dead | Verdict::Used | Verdict::Absent => {}
                }
            }
            prop_assert!(wrong <= 5 && right <= 1);
        }

        #[test]
        fn only_six_ascii_digits_are_a_code(text in "\\PC{0,8}") {
            prop_assert_eq!(is_code(&text), text.chars().count() == 6 && text.chars().all(|c| c.is_ascii_digit()));
        }
    }
}
