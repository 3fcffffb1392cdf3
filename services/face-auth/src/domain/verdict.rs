//! The decision: is the living face the one of the reference?

use super::authority::Provider;
use super::evidence::{Evidence, LevelThresholds};

/// What the comparison found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// Whether the face passed.
    pub(crate) passed: bool,
    /// The weakest frame's similarity with the reference, which had to reach [`threshold`](Self::threshold).
    pub(crate) similarity: f32,
    /// What it had to reach.
    pub(crate) threshold: f32,
    /// The level reached, when it passed.
    pub(crate) evidence: Evidence,
    /// Who compared.
    pub(crate) provider: Provider,
}

impl Verdict {
    /// Our own engine's: decides from the similarity of each frontal frame with the reference; that the frames show one face is the
    /// liveness judgement's concern. Without a frame nobody passes, and neither with a similarity that is not a number.
    pub(crate) fn reach(levels: LevelThresholds, asked: Evidence, to_reference: &[f32]) -> Self {
        let weakest = to_reference.iter().copied().min_by(f32::total_cmp).unwrap_or(-1.0);
        let threshold = levels.of(asked);
        let passed =
            !to_reference.is_empty() && to_reference.iter().all(|similarity| *similarity >= threshold);
        let evidence = levels.reached(asked, weakest);
        Self { passed, similarity: weakest, threshold, evidence, provider: Provider::BuiltIn }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LEVELS: LevelThresholds = LevelThresholds { face: 0.4, face_strict: 0.5 };

    fn reach(to_reference: &[f32]) -> Verdict {
        Verdict::reach(LEVELS, Evidence::Face, to_reference)
    }

    #[test]
    fn every_frame_must_be_the_person() {
        assert!(reach(&[0.4]).passed && reach(&[0.7, 0.5]).passed);
        assert!(!reach(&[0.7, 0.39]).passed, "one of them is somebody else");
        assert!(!reach(&[]).passed, "nobody");
        assert!(!reach(&[f32::NAN]).passed && !reach(&[0.9, f32::NAN]).passed);
    }

    #[test]
    fn the_weakest_frame_is_what_is_told_and_decides_the_level() {
        assert!((reach(&[0.9, 0.6, 0.8]).similarity - 0.6).abs() < f32::EPSILON);
        assert_eq!(reach(&[0.9, 0.45]).evidence, Evidence::Face);
        assert_eq!(reach(&[0.9, 0.5]).evidence, Evidence::FaceStrict);
        assert!(!Verdict::reach(LEVELS, Evidence::FaceStrict, &[0.45]).passed, "more was asked for");
    }

    proptest! {
        #[test]
        fn one_stranger_among_any_frames_fails(mut frames in prop::collection::vec(0.4_f32..=1.0, 0..11), stranger in -1.0_f32..0.4) {
            frames.push(stranger);
            prop_assert!(!reach(&frames).passed);
        }
    }
}
