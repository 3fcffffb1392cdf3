//! What one frame showed, in the numbers the judgement goes by.

use std::time::Duration;

use shiming_face_engine::{CaptureFault, Observation};

use super::head_shape::HeadShape;

/// One frame.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    /// Step it was taken for.
    pub(crate) step: usize,
    /// When, since the first frame.
    pub(crate) offset: Duration,
    /// The head.
    pub(crate) shape: HeadShape,
    /// Turn in degrees, positive to the person's own left.
    pub(crate) yaw: f32,
    /// Probability that both eyes are closed.
    pub(crate) eyes_closed: f32,
    /// Opening of the lids over the width of the eyes, mean of both.
    pub(crate) eye_opening: f32,
    /// Opening of the mouth over its width.
    pub(crate) mouth_opening: f32,
    /// Passive score, where it was measured.
    pub(crate) passive: Option<f32>,
    /// What is wrong with it as a picture.
    pub(crate) fault: Option<CaptureFault>,
    /// Cosine with the face of the opening frames.
    pub(crate) resemblance: f32,
    /// Whether an earlier frame is the same picture.
    pub(crate) is_repeat: bool,
}

impl Sight {
    /// From what the engine measured.
    pub(crate) fn of(
        observation: &Observation,
        (step, offset): (usize, Duration),
        resemblance: f32,
        is_repeat: bool,
    ) -> Self {
        let eyes = &observation.eyes;
        // A pack that has no net for the eyes goes by the lids alone.
        let closed = |eye: &shiming_face_engine::Eye| eye.closed.unwrap_or(1.0);
        Self {
            step,
            offset,
            shape: HeadShape::of(&observation.points),
            yaw: observation.pose.yaw,
            eyes_closed: closed(&eyes.left).min(closed(&eyes.right)),
            eye_opening: f32::midpoint(eyes.left.aspect, eyes.right.aspect),
            mouth_opening: observation.mouth_open,
            passive: observation.passive.map(shiming_face_engine::PassiveScores::least),
            fault: observation.fault,
            resemblance,
            is_repeat,
        }
    }

    /// Bowing of the head, see [`HeadShape::nose_height`].
    pub(crate) fn nose_height(&self) -> f32 {
        self.shape.nose_height()
    }
}
