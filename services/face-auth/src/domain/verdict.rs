//! The decision: is everybody in these frames the person of the reference?

use super::liveness::Liveness;

/// Smallest similarities, fitted to the model pack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SamePerson {
    /// Between a frame and the reference, for evidence of level FACE.
    pub(crate) to_reference: f32,
    /// Between any two frames. Lower than what frames of one burst have, higher than what two people have: it is there to catch a
    /// capture in which somebody took another's place.
    pub(crate) among_frames: f32,
}

/// What the decision found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// Whether the face passed.
    pub(crate) passed: bool,
    /// The weakest frame's similarity with the reference, which had to reach [`threshold`](Self::threshold).
    pub(crate) similarity: f32,
    /// What it had to reach.
    pub(crate) threshold: f32,
    /// How liveness was judged.
    pub(crate) liveness: Liveness,
}

impl Verdict {
    /// Decides from the similarity of each usable frame with the reference, and of each two frames with each other. Without a usable
    /// frame nobody passes, and neither with a similarity that is not a number.
    pub(crate) fn reach(rule: SamePerson, to_reference: &[f32], among_frames: &[f32]) -> Self {
        let weakest = to_reference.iter().copied().min_by(f32::total_cmp).unwrap_or(-1.0);
        let reaches = |least: f32| move |similarity: &f32| *similarity >= least;
        let passed = !to_reference.is_empty()
            && to_reference.iter().all(reaches(rule.to_reference))
            && among_frames.iter().all(reaches(rule.among_frames));
        Self { passed, similarity: weakest, threshold: rule.to_reference, liveness: Liveness::NotEvaluated }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: SamePerson = SamePerson { to_reference: 0.4, among_frames: 0.3 };

    #[test]
    fn every_frame_must_be_the_person() {
        let passed = |to_reference: &[f32], among: &[f32]| Verdict::reach(RULE, to_reference, among).passed;
        assert!(passed(&[0.4], &[]));
        assert!(passed(&[0.7, 0.5], &[0.8]));
        assert!(!passed(&[0.7, 0.39], &[0.8]), "one of them is somebody else");
        assert!(!passed(&[0.7, 0.5], &[0.29]), "two who both resemble the reference");
        assert!(!passed(&[], &[]), "nobody");
        assert!(!passed(&[f32::NAN], &[]));
        assert!(!passed(&[0.9, 0.9], &[f32::NAN]));
    }

    #[test]
    fn the_weakest_frame_is_what_is_told() {
        let verdict = Verdict::reach(RULE, &[0.9, 0.6, 0.8], &[0.9]);
        assert!((verdict.similarity - 0.6).abs() < f32::EPSILON);
    }

    proptest! {
        #[test]
        fn one_stranger_among_any_frames_fails(mut frames in prop::collection::vec(0.4_f32..=1.0, 0..11), stranger in -1.0_f32..0.4) {
            frames.push(stranger);
            prop_assert!(!Verdict::reach(RULE, &frames, &[]).passed);
        }
    }
}
