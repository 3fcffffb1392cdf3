//! Whether the frames can be one person's, one after another, in the time there was.

use std::time::Duration;

use super::sight::Sight;

/// Two frames of one camera are further apart; a page takes them every 100 to 400 ms.
const SHORTEST_GAP: Duration = Duration::from_millis(15);
/// A page that pauses longer has lost its person.
const LONGEST_GAP: Duration = Duration::from_secs(6);
/// Nobody does an action faster.
const SHORTEST_STEP: Duration = Duration::from_millis(400);
/// Browser and server may count the time a little differently.
const CLOCKS_APART: Duration = Duration::from_secs(2);

/// Whether the times of the frames can be true: each later than the one before, every step long enough, and all of it within the time
/// since the challenge was issued.
pub(super) fn has_true_times(sights: &[Sight], since_challenge: Duration) -> bool {
    let gaps_are_true = sights.windows(2).all(|pair| {
        let gap = pair[1].offset.checked_sub(pair[0].offset);
        gap.is_some_and(|gap| (SHORTEST_GAP..=LONGEST_GAP).contains(&gap))
    });
    let length = |step: usize| {
        let of_step = || sights.iter().filter(|sight| sight.step == step).map(|sight| sight.offset);
        of_step()
            .max()
            .zip(of_step().min())
            .map_or(Duration::ZERO, |(last, first)| last.saturating_sub(first))
    };
    let last_step = sights.iter().map(|sight| sight.step).max().unwrap_or(0);
    let steps_are_true = (1..=last_step).all(|step| length(step) >= SHORTEST_STEP);
    let all = sights.last().map_or(Duration::ZERO, |sight| sight.offset);
    gaps_are_true && steps_are_true && all <= since_challenge + CLOCKS_APART
}

/// Which part of the frames repeats an earlier one.
pub(super) fn repeated_part(sights: &[Sight]) -> f32 {
    part(sights, |sight| sight.is_repeat)
}

/// The part of the frames for which something holds; all of none.
pub(super) fn part(sights: &[Sight], holds: impl Fn(&Sight) -> bool) -> f32 {
    let number = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    if sights.is_empty() {
        return 1.0;
    }
    number(sights.iter().filter(|sight| holds(sight)).count()) / number(sights.len())
}
