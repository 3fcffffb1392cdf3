//! The judgement of one capture.

use std::time::Duration;

use shiming_face_engine::CaptureFault;

use super::action_seen::{self, AtRest, TURN};
use super::head_shape::HeadShape;
use super::sequence;
use super::sight::Sight;
use crate::domain::action::Action;
use crate::domain::capture::why_unusable;

/// What a capture must reach. The passive score belongs to the model pack, the similarities to its feature net.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LivenessRules {
    /// With less of the passive score, 0 to 1, a face is no living one.
    pub(crate) passive: f32,
    /// With less it is in doubt, and a turn must show its depth the more clearly.
    pub(crate) clear: f32,
    /// Cosine between any frontal frame and the opening ones.
    pub(crate) same_face: f32,
}

/// Frames a step must have, the opening included.
pub(crate) const LEAST_FRAMES: usize = 4;
/// Passive scores are taken of this many frontal frames; their median counts.
pub(crate) const PASSIVE_FRAMES: usize = 3;

/// A turned or grimacing face is less like its own frontal view, but never as little as a stranger's: of 2250 frames of two men the
/// least like was 0.72; strangers stay below 0.4.
const SIDE_FACE: f32 = 0.8;
/// A camera that stalls repeats a frame now and then.
const REPEATS: f32 = 1.0 / 3.0;
/// Frames without a face: a hand, a step aside.
const FACELESS: f32 = 0.25;
/// The opening view must be frontal, or a turn can't be measured against it.
const OPENING_TURN: f32 = 15.0;

/// Least depth of a turned head against the sine of its angle, least fit, and least shift within the outline.
const DEPTH: f32 = 0.35;
const FIT: f32 = 0.6;
const SHIFT: f32 = 0.02;
/// Part of the turned frames that must show it: of a face that looks alive, and of one that is in doubt. The passive net takes every
/// fifth living person before a webcam for a picture, so its doubt refuses nobody by itself; paper has no depth in any frame.
const DEEP_FRAMES: f32 = 0.5;
const DEEP_FRAMES_IN_DOUBT: f32 = 0.75;
/// How much narrower than the cosine of its angle a turned head may look. Bent paper narrows by 0.28 more than it seems to turn.
const NARROWING: f32 = 0.08;

/// What an attack looked like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttackType {
    /// A print, a screen or a mask, by the looks of single frames.
    Presentation,
    /// The frames repeat one picture.
    StillImage,
    /// The face moves like something flat or bent.
    FlatFace,
    /// Another face took over.
    FaceSwap,
    /// Frames that were seen before, in another capture.
    Replay,
    /// Another action than asked for, as a recording would show.
    WrongAction,
    /// The times of the frames can't be true.
    Timing,
    /// A provider's own check suspects one.
    ByProvider,
}

/// A living face that did what was asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Live {
    /// Median passive score of the frontal frames.
    pub(crate) passive: f32,
}

/// Why a capture isn't taken for a living face.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Doubt {
    /// The pictures are not good enough; the person can better it.
    Quality(CaptureFault),
    /// An action wasn't seen in its step.
    Incomplete {
        /// Counted from 1.
        step: usize,
        action: Action,
    },
    /// It doesn't look like a living person.
    Attack {
        kind: AttackType,
        /// What was measured, by name.
        measures: Vec<(&'static str, f32)>,
    },
}

type Judged<T> = Result<T, Doubt>;

fn attack<T>(kind: AttackType, measures: &[(&'static str, f32)]) -> Judged<T> {
    Err(Doubt::Attack { kind, measures: measures.to_vec() })
}

/// Judges the frames that showed a face; `faults` are those of the others. Steps 1, 2, … answer `actions`.
pub(crate) fn judge(
    rules: LivenessRules,
    actions: &[Action],
    sights: &[Sight],
    faults: &[CaptureFault],
    since_challenge: Duration,
) -> Judged<Live> {
    let steps = enough_frames(actions, sights, faults)?;
    if !sequence::has_true_times(sights, since_challenge) {
        return attack(AttackType::Timing, &[]);
    }
    let repeated = sequence::repeated_part(sights);
    if repeated > REPEATS {
        return attack(AttackType::StillImage, &[("repeated_part", repeated)]);
    }
    is_one_face(rules, sights)?;
    let opening = frontal(&steps[0])?;
    let passive = looks_alive(rules, sights)?;
    let at_rest = AtRest::of(&opening);
    all_actions_seen(&at_rest, actions, &steps)?;
    let opening_shape = &opening[opening.len() / 2].shape;
    for (asked, step) in actions.iter().zip(&steps[1..]) {
        let part = if passive >= rules.clear { DEEP_FRAMES } else { DEEP_FRAMES_IN_DOUBT };
        has_depth(&at_rest, opening_shape, &action_seen::turned(&at_rest, step, *asked), part)?;
    }
    Ok(Live { passive })
}

/// The frames of each step, the opening first.
fn enough_frames<'a>(
    actions: &[Action],
    sights: &'a [Sight],
    faults: &[CaptureFault],
) -> Judged<Vec<Vec<&'a Sight>>> {
    if faults.contains(&CaptureFault::SeveralFaces) {
        return Err(Doubt::Quality(CaptureFault::SeveralFaces));
    }
    let steps: Vec<Vec<_>> =
        (0..=actions.len()).map(|step| sights.iter().filter(|sight| sight.step == step).collect()).collect();
    let number = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    let faceless = number(faults.len()) / number(faults.len() + sights.len()).max(1.0);
    if faceless > FACELESS || steps[0].len() < LEAST_FRAMES {
        return Err(Doubt::Quality(why_unusable(faults)));
    }
    match steps.iter().skip(1).position(|step| step.len() < LEAST_FRAMES) {
        Some(at) => Err(Doubt::Incomplete { step: at + 1, action: actions[at] }),
        None => Ok(steps),
    }
}

fn is_one_face(rules: LivenessRules, sights: &[Sight]) -> Judged<()> {
    let needed = |sight: &Sight| {
        if sight.yaw.abs() < TURN { rules.same_face } else { SIDE_FACE * rules.same_face }
    };
    let other = sights.iter().find(|sight| sight.resemblance.is_nan() || sight.resemblance < needed(sight));
    other.map_or(Ok(()), |sight| attack(AttackType::FaceSwap, &[("resemblance", sight.resemblance)]))
}

/// The opening frames that can be measured against: frontal, and without a fault.
fn frontal<'a>(opening: &[&'a Sight]) -> Judged<Vec<&'a Sight>> {
    let good: Vec<_> = opening
        .iter()
        .copied()
        .filter(|sight| sight.fault.is_none() && sight.yaw.abs() <= OPENING_TURN)
        .collect();
    if 2 * good.len() > opening.len() {
        return Ok(good);
    }
    let faults: Vec<_> =
        opening.iter().map(|sight| sight.fault.unwrap_or(CaptureFault::FaceTurnedAway)).collect();
    Err(Doubt::Quality(why_unusable(&faults)))
}

fn looks_alive(rules: LivenessRules, sights: &[Sight]) -> Judged<f32> {
    let frontal = sights.iter().filter(|sight| sight.yaw.abs() < TURN);
    let mut scores: Vec<f32> = frontal.filter_map(|sight| sight.passive).collect();
    scores.sort_by(f32::total_cmp);
    // Without a score nobody looks alive.
    let median = scores.get(scores.len() / 2).copied().unwrap_or(0.0);
    if median >= rules.passive {
        Ok(median)
    } else {
        attack(AttackType::Presentation, &[("passive", median)])
    }
}

fn all_actions_seen(at_rest: &AtRest, actions: &[Action], steps: &[Vec<&Sight>]) -> Judged<()> {
    let (mut missing, mut wrong) = (None, 0);
    for (at, asked) in actions.iter().enumerate() {
        let step = &steps[at + 1];
        let foreign = action_seen::foreign(at_rest, step, *asked);
        let seen = action_seen::shows(at_rest, step, *asked);
        // Who does everything at once hasn't answered what was asked.
        if !seen || foreign > 1 {
            missing = missing.or(Some(Doubt::Incomplete { step: at + 1, action: *asked }));
            wrong += usize::from(foreign > 0);
        }
    }
    match missing {
        None => Ok(()),
        // One wrong turn is a mistake; two are another challenge's answer.
        Some(_) if wrong > 1 => {
            let wrong = f32::from(u8::try_from(wrong).unwrap_or(u8::MAX));
            attack(AttackType::WrongAction, &[("wrong_steps", wrong)])
        }
        Some(doubt) => Err(doubt),
    }
}

/// A turned head must show its depth in at least this part of the frames in which it is turned.
fn has_depth(at_rest: &AtRest, opening: &HeadShape, turned: &[&Sight], part: f32) -> Judged<()> {
    let mut worst: Option<Vec<(&'static str, f32)>> = None;
    let mut deep = 0;
    for sight in turned {
        let turn = at_rest.turn(sight);
        let (sine, cosine) = (turn.to_radians().sin(), turn.to_radians().cos());
        let seen = sight.shape.parallax(opening);
        let is_deep = seen.depth / sine >= DEPTH
            && seen.fit * sine.signum() >= FIT
            && seen.narrowing >= cosine - NARROWING
            && seen.shift * sine.signum() >= SHIFT;
        if is_deep {
            deep += 1;
        } else if worst.is_none() {
            worst = Some(vec![
                ("turn", turn),
                ("depth", seen.depth),
                ("fit", seen.fit),
                ("narrowing", seen.narrowing),
                ("shift", seen.shift),
            ]);
        }
    }
    let number = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    match worst {
        Some(measures) if number(deep) < part * number(turned.len()) => {
            attack(AttackType::FlatFace, &measures)
        }
        Some(_) | None => Ok(()),
    }
}

impl AttackType {
    /// Each of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Presentation,
        Self::StillImage,
        Self::FlatFace,
        Self::FaceSwap,
        Self::Replay,
        Self::WrongAction,
        Self::Timing,
        Self::ByProvider,
    ];

    /// The form columns and audit rows use.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Presentation => "presentation",
            Self::StillImage => "still_image",
            Self::FlatFace => "flat_face",
            Self::FaceSwap => "face_swap",
            Self::Replay => "replay",
            Self::WrongAction => "wrong_action",
            Self::Timing => "timing",
            Self::ByProvider => "by_provider",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::head_shape::tests::head;
    use super::*;

    const RULES: LivenessRules = LivenessRules { passive: 0.1, clear: 0.5, same_face: 0.4 };
    const FRAME: Duration = Duration::from_millis(200);

    fn sight(step: usize, yaw: f32, nod: f32) -> Sight {
        Sight {
            step,
            offset: Duration::ZERO,
            shape: HeadShape::of(&head(yaw, nod)),
            yaw,
            eyes_closed: 0.02,
            eye_opening: 0.33,
            mouth_opening: 0.02,
            passive: Some(0.97),
            fault: None,
            resemblance: 0.85,
            is_repeat: false,
        }
    }

    fn opening() -> Vec<Sight> {
        (0..4).map(|_| sight(0, 0.0, 0.0)).collect()
    }

    pub(in super::super) fn at_rest() -> AtRest {
        AtRest::of(&opening().iter().collect::<Vec<_>>())
    }

    /// The frames of somebody who does `action`.
    pub(in super::super) fn doing(action: Action, step: usize) -> Vec<Sight> {
        let mut frames: Vec<_> = (0..5).map(|_| sight(step, 0.0, 0.0)).collect();
        for frame in &mut frames[1..4] {
            match action {
                Action::Blink => (frame.eyes_closed, frame.eye_opening) = (0.97, 0.2),
                Action::OpenMouth => frame.mouth_opening = 0.4,
                Action::TurnLeft => *frame = sight(step, 20.0, 0.0),
                Action::TurnRight => *frame = sight(step, -20.0, 0.0),
                Action::Nod => *frame = sight(step, 0.0, 0.6),
            }
        }
        frames
    }

    fn capture(actions: &[Action]) -> Vec<Sight> {
        let steps = actions.iter().enumerate().flat_map(|(at, action)| doing(*action, at + 1));
        timed(opening().into_iter().chain(steps).collect())
    }

    fn timed(mut sights: Vec<Sight>) -> Vec<Sight> {
        for (at, sight) in sights.iter_mut().enumerate() {
            sight.offset = FRAME * u32::try_from(at).unwrap();
        }
        sights
    }

    fn judged(actions: &[Action], sights: &[Sight]) -> Judged<Live> {
        judge(RULES, actions, sights, &[], Duration::from_secs(10))
    }

    fn kind(result: &Judged<Live>) -> Option<AttackType> {
        match result {
            Err(Doubt::Attack { kind, .. }) => Some(*kind),
            _ => None,
        }
    }

    const ASKED: [Action; 3] = [Action::Blink, Action::TurnLeft, Action::OpenMouth];

    #[test]
    fn who_does_what_is_asked_is_alive() {
        for asked in [&ASKED[..], &[Action::TurnRight, Action::Nod], &[Action::TurnLeft]] {
            assert_eq!(judged(asked, &capture(asked)).map(|live| live.passive > 0.9), Ok(true), "{asked:?}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let shown = [Action::Blink, Action::TurnLeft, Action::Blink];
        let refused = judged(&ASKED, &capture(&shown));
        assert_eq!(refused, Err(Doubt::Incomplete { step: 3, action: Action::OpenMouth }));
        let short: Vec<_> = capture(&ASKED).into_iter().filter(|sight| sight.step != 2).collect();
        assert_eq!(judged(&ASKED, &short), Err(Doubt::Incomplete { step: 2, action: Action::TurnLeft }));
    }

    #[test]
    fn another_order_is_an_attack() {
        let shown = [Action::OpenMouth, Action::Blink, Action::TurnLeft];
        assert_eq!(kind(&judged(&ASKED, &capture(&shown))), Some(AttackType::WrongAction));
    }

    #[test]
    fn one_stranger_among_the_frames_is_an_attack() {
        for at in [0, 6, 17] {
            let mut sights = capture(&ASKED);
            sights[at].resemblance = 0.25;
            assert_eq!(kind(&judged(&ASKED, &sights)), Some(AttackType::FaceSwap), "frame {at}");
            sights[at].resemblance = f32::NAN;
            assert_eq!(kind(&judged(&ASKED, &sights)), Some(AttackType::FaceSwap), "frame {at}");
        }
    }

    #[test]
    fn paper_that_seems_to_turn_is_an_attack() {
        let mut sights = capture(&ASKED);
        for sight in sights.iter_mut().filter(|sight| sight.yaw.abs() > TURN) {
            sight.shape = HeadShape::of(&head(0.0, 0.0));
        }
        assert_eq!(kind(&judged(&ASKED, &sights)), Some(AttackType::FlatFace));
    }

    #[test]
    fn doubtful_looks_need_the_clearer_depth() {
        let looking = |passive: f32| {
            let mut sights = capture(&ASKED);
            for sight in &mut sights {
                sight.passive = Some(passive);
            }
            let turned = sights.iter_mut().find(|sight| sight.yaw.abs() > TURN).unwrap();
            turned.shape = HeadShape::of(&head(0.0, 0.0));
            judged(&ASKED, &sights)
        };
        assert!(looking(0.9).is_ok(), "two of three turned frames are deep");
        assert_eq!(kind(&looking(0.3)), Some(AttackType::FlatFace));
        let mut doubtful = capture(&ASKED);
        for sight in &mut doubtful {
            sight.passive = Some(0.3);
        }
        assert!(judged(&ASKED, &doubtful).is_ok(), "doubt alone refuses nobody");
    }

    #[test]
    fn repeats_looks_and_times_are_judged() {
        let mut frozen = capture(&ASKED);
        for sight in frozen.iter_mut().skip(1).step_by(2) {
            sight.is_repeat = true;
        }
        assert_eq!(kind(&judged(&ASKED, &frozen)), Some(AttackType::StillImage));
        let mut print = capture(&ASKED);
        for sight in &mut print {
            sight.passive = Some(0.05);
        }
        assert_eq!(kind(&judged(&ASKED, &print)), Some(AttackType::Presentation));
        for sight in &mut print {
            sight.passive = None;
        }
        assert_eq!(kind(&judged(&ASKED, &print)), Some(AttackType::Presentation), "never open");
        let mut backwards = capture(&ASKED);
        backwards[5].offset = backwards[4].offset;
        assert_eq!(kind(&judged(&ASKED, &backwards)), Some(AttackType::Timing));
        let early = judge(RULES, &ASKED, &capture(&ASKED), &[], Duration::from_millis(900));
        assert_eq!(kind(&early), Some(AttackType::Timing), "longer than the challenge is old");
        assert_eq!(kind(&judged(&ASKED, &[])), None);
    }

    #[test]
    fn bad_pictures_are_a_matter_of_quality() {
        let quality = |sights: &[Sight], faults: &[CaptureFault]| {
            judge(RULES, &ASKED, sights, faults, Duration::from_secs(10))
        };
        let mut dark = capture(&ASKED);
        dark[..4].iter_mut().for_each(|sight| sight.fault = Some(CaptureFault::TooDark));
        assert_eq!(quality(&dark, &[]), Err(Doubt::Quality(CaptureFault::TooDark)));
        let good = capture(&ASKED);
        assert_eq!(
            quality(&good, &[CaptureFault::SeveralFaces]),
            Err(Doubt::Quality(CaptureFault::SeveralFaces))
        );
        assert_eq!(quality(&good, &[CaptureFault::NoFace; 9]), Err(Doubt::Quality(CaptureFault::NoFace)));
        assert!(quality(&good, &[CaptureFault::NoFace; 2]).is_ok());
        assert_eq!(quality(&[], &[]), Err(Doubt::Quality(CaptureFault::NoFace)));
    }
}
