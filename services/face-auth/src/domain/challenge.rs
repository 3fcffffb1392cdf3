//! What a person must do before the camera, drawn anew for each capture so that nothing recorded before answers it.

use chrono::{DateTime, TimeDelta, Utc};
use shiming_crypto::TokenHash;

use super::action::Action;
use super::refusal::Refusal;

/// How challenges are drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChallengeRules {
    /// Fewest and most actions.
    pub(crate) actions: (usize, usize),
    /// From drawing to the last frame.
    pub(crate) life: TimeDelta,
}

/// One challenge, for one capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) nonce: TokenHash,
    pub(crate) actions: Vec<Action>,
    pub(crate) issue_time: DateTime<Utc>,
    pub(crate) expire_time: DateTime<Utc>,
}

/// Gives a whole number below its argument, each with the same chance.
pub(crate) trait Dice {
    fn below(&mut self, end: usize) -> usize;
}

impl<F: FnMut(usize) -> usize> Dice for F {
    fn below(&mut self, end: usize) -> usize {
        self(end)
    }
}

/// Draws actions: none twice, in random order, one of them a turn, for without a turn depth can't be seen.
pub(crate) fn draw_actions((fewest, most): (usize, usize), dice: &mut impl Dice) -> Vec<Action> {
    let count = fewest + dice.below(most + 1 - fewest);
    let mut actions = vec![Action::TURNS[dice.below(Action::TURNS.len())]];
    let mut others: Vec<_> = Action::ALL.into_iter().filter(|action| !actions.contains(action)).collect();
    while actions.len() < count && !others.is_empty() {
        actions.push(others.swap_remove(dice.below(others.len())));
    }
    for at in (1..actions.len()).rev() {
        actions.swap(at, dice.below(at + 1));
    }
    actions
}

impl Challenge {
    /// Whether frames with this nonce may answer it now.
    pub(crate) fn admits(&self, nonce: TokenHash, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.nonce == nonce && now < self.expire_time { Ok(()) } else { Err(Refusal::ChallengeExpired) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn dice(mut seed: u64) -> impl FnMut(usize) -> usize {
        move |end| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % end
        }
    }

    proptest! {
        #[test]
        fn a_challenge_has_a_turn_and_nothing_twice(seed: u64, fewest in 1_usize..=3, more in 0_usize..=2) {
            let actions = draw_actions((fewest, fewest + more), &mut dice(seed));
            prop_assert!((fewest..=fewest + more).contains(&actions.len()));
            prop_assert!(actions.iter().any(|action| Action::TURNS.contains(action)));
            prop_assert_eq!(actions.iter().collect::<HashSet<_>>().len(), actions.len());
            prop_assert_eq!(Action::list_from_column(&Action::list_to_column(&actions)), Some(actions));
        }
    }

    #[test]
    fn order_and_count_are_random() {
        let mut dice = dice(7);
        let drawn: HashSet<_> = (0..2000).map(|_| draw_actions((2, 4), &mut dice)).collect();
        assert!(drawn.len() > 120, "{}", drawn.len());
        assert_eq!(drawn.iter().map(Vec::len).collect::<HashSet<_>>(), HashSet::from([2, 3, 4]));
        let first: HashSet<_> = drawn.iter().map(|actions| actions[0]).collect();
        assert_eq!(first.len(), 5, "any action may come first");
    }

    #[test]
    fn only_its_own_nonce_and_not_for_long() {
        let issue_time: DateTime<Utc> = "2026-12-01T04:00:00Z".parse().unwrap();
        let challenge = Challenge {
            nonce: TokenHash::of("n"),
            actions: vec![Action::TurnLeft],
            issue_time,
            expire_time: issue_time + TimeDelta::seconds(60),
        };
        assert_eq!(challenge.admits(TokenHash::of("n"), issue_time), Ok(()));
        assert_eq!(challenge.admits(TokenHash::of("m"), issue_time), Err(Refusal::ChallengeExpired));
        let late = challenge.expire_time;
        assert_eq!(challenge.admits(TokenHash::of("n"), late), Err(Refusal::ChallengeExpired));
    }
}
