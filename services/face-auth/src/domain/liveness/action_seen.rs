//! Which actions the frames of one step show, against how the face looked before.
//!
//! The limits were set on three videos of two men (2250 frames): far from what faces do while they wait, and well within what they do
//! when asked. Angles are degrees, openings are ratios as the engine gives them.

use super::sight::Sight;
use crate::domain::action::Action;

/// A turn as small as this is one; people asked to turn do 15 to 30.
pub(super) const TURN: f32 = 12.0;
/// Beyond this the landmarks can't be trusted any more.
const TURN_AT_MOST: f32 = 45.0;
/// How far the nose comes down in a nod, of the way from eyes to mouth, and down and up together. Paper tilted by 40° reaches 0.09.
const BOW: f32 = 0.10;
const NOD: f32 = 0.15;
/// An open mouth, and one that is closed again. Speech stays below 0.15.
const MOUTH_OPEN: f32 = 0.18;
const MOUTH_CLOSED: f32 = 0.09;
/// A blink: both eyes closed by the net and the lids nearer than before. Looking up or aside does only one of these.
const EYES_CLOSED: f32 = 0.85;
const LIDS_CLOSED: f32 = 0.87;
const EYES_OPEN: f32 = 0.6;

/// How the face looked while nothing was asked of it: medians of the opening frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct AtRest {
    yaw: f32,
    nose_height: f32,
    eye_opening: f32,
}

impl AtRest {
    pub(super) fn of(opening: &[&Sight]) -> Self {
        let median = |measure: fn(&Sight) -> f32| {
            let mut values: Vec<f32> = opening.iter().map(|sight| measure(sight)).collect();
            values.sort_by(f32::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        Self {
            yaw: median(|sight| sight.yaw),
            nose_height: median(Sight::nose_height),
            eye_opening: median(|sight| sight.eye_opening),
        }
    }

    /// Turn since then, positive to the person's own left.
    pub(super) fn turn(&self, sight: &Sight) -> f32 {
        sight.yaw - self.yaw
    }

    fn is_turned(&self, sight: &Sight, direction: f32) -> bool {
        (TURN..=TURN_AT_MOST).contains(&(direction * self.turn(sight)))
    }

    fn has_closed_eyes(&self, sight: &Sight) -> bool {
        sight.eyes_closed >= EYES_CLOSED
            && sight.eye_opening <= LIDS_CLOSED * self.eye_opening
            && self.turn(sight).abs() < TURN
    }

    fn has_open_eyes(&self, sight: &Sight) -> bool {
        sight.eyes_closed <= EYES_OPEN || sight.eye_opening >= self.eye_opening
    }
}

/// The frames in which the head is turned as `action` says; none for actions that are no turn.
pub(super) fn turned<'a>(at_rest: &AtRest, step: &[&'a Sight], action: Action) -> Vec<&'a Sight> {
    let direction = match action {
        Action::TurnLeft => 1.0,
        Action::TurnRight => -1.0,
        Action::Blink | Action::OpenMouth | Action::Nod => return Vec::new(),
    };
    step.iter().copied().filter(|sight| at_rest.is_turned(sight, direction)).collect()
}

/// Whether the frames of a step show `action`.
pub(super) fn shows(at_rest: &AtRest, step: &[&Sight], action: Action) -> bool {
    match action {
        Action::TurnLeft | Action::TurnRight => !turned(at_rest, step, action).is_empty(),
        Action::Blink => {
            step.iter().any(|sight| at_rest.has_closed_eyes(sight))
                && step.iter().any(|sight| at_rest.has_open_eyes(sight) && !at_rest.has_closed_eyes(sight))
        }
        Action::OpenMouth => {
            let opening = |sight: &&Sight| sight.mouth_opening;
            let widest = step.iter().map(opening).fold(0.0, f32::max);
            let narrowest = step.iter().map(opening).fold(f32::INFINITY, f32::min);
            widest >= MOUTH_OPEN && narrowest <= MOUTH_CLOSED
        }
        Action::Nod => {
            let heights = step.iter().map(|sight| sight.nose_height() - at_rest.nose_height);
            let (lowest, highest) =
                heights.fold((0.0_f32, 0.0_f32), |(low, high), height| (low.min(height), high.max(height)));
            highest >= BOW && highest - lowest >= NOD
        }
    }
}

/// The actions that nobody does by the way: those a recording would show at the wrong time.
const DELIBERATE: [Action; 4] = [Action::TurnLeft, Action::TurnRight, Action::OpenMouth, Action::Nod];

/// How many deliberate actions a step shows that it didn't ask for. Its first third isn't looked at: what was asked before may not be over.
pub(super) fn foreign(at_rest: &AtRest, step: &[&Sight], asked: Action) -> usize {
    let unasked = DELIBERATE.into_iter().filter(|action| *action != asked);
    unasked.filter(|action| shows(at_rest, &step[step.len() / 3..], *action)).count()
}

#[cfg(test)]
mod tests {
    use super::super::judge::tests::{at_rest, doing};
    use super::*;

    #[test]
    fn each_action_is_seen_as_itself_alone() {
        let rest = at_rest();
        for asked in Action::ALL {
            let frames = doing(asked, 1);
            let step: Vec<_> = frames.iter().collect();
            for action in Action::ALL {
                assert_eq!(shows(&rest, &step, action), action == asked, "{asked:?} seen as {action:?}");
            }
        }
    }

    #[test]
    fn half_an_action_is_none() {
        let rest = at_rest();
        let mut frames = doing(Action::OpenMouth, 1);
        for sight in &mut frames {
            sight.mouth_opening = 0.4;
        }
        assert!(
            !shows(&rest, &frames.iter().collect::<Vec<_>>(), Action::OpenMouth),
            "a mouth that stays open"
        );
        let mut frames = doing(Action::Blink, 1);
        for sight in &mut frames {
            (sight.eyes_closed, sight.eye_opening) = (1.0, 0.1);
        }
        assert!(!shows(&rest, &frames.iter().collect::<Vec<_>>(), Action::Blink), "eyes that stay closed");
    }

    #[test]
    fn what_is_not_over_yet_is_not_foreign() {
        let rest = at_rest();
        let (turning, blinking) = (doing(Action::TurnLeft, 1), doing(Action::Blink, 1));
        let step: Vec<_> = turning.iter().collect();
        assert_eq!((foreign(&rest, &step, Action::TurnLeft), foreign(&rest, &step, Action::Nod)), (0, 1));
        let late: Vec<_> = turning[3..].iter().chain(&blinking).collect();
        assert_eq!(foreign(&rest, &late, Action::Blink), 0);
    }
}
