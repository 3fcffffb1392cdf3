//! Everything that was measured on one frame of a liveness burst.

use std::fmt;
use std::ops::Deref;

use zeroize::Zeroize;

use super::fault::CaptureFault;
use super::template::Template;
use super::thumbnail::Thumbnail;

/// What to measure beyond what every frame needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObserveOptions {
    /// Also the passive scores: two inferences more, about as long as everything else together.
    pub passive: bool,
}

/// The one face of a frame, measured. Faults of quality that don't hinder measuring are in it, not instead of it. Left and
/// right are the viewer's throughout: what the picture shows on its left. Nothing of it is printed.
#[derive(Clone)]
pub struct Observation {
    /// Width and height of the upright picture, pixels.
    pub size: (u32, u32),
    /// The detector's box.
    pub area: FaceBox,
    /// The 68 points in iBUG order.
    pub points: FacePoints,
    /// How the head is held.
    pub pose: Pose,
    /// How far the eyes are open.
    pub eyes: Eyes,
    /// Opening of the lips over the width of the mouth inside of them (|62 − 66| / |60 − 64|): 0 to 0.15 closed.
    pub mouth_open: f32,
    /// Who it is; also of faces that look aside, whose templates are less like those of the same person seen from the front.
    pub template: Template,
    /// Only when asked for, and when the pack can tell.
    pub passive: Option<PassiveScores>,
    /// The first fault by what a capture must keep.
    pub fault: Option<CaptureFault>,
    /// The whole picture, to find frames that were sent before.
    pub thumbnail: Thumbnail,
    /// The aligned face alone.
    pub chip: Thumbnail,
}

/// A face's box in pixels; may reach beyond the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceBox {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
    /// The detector's certainty, 0 to 1.
    pub score: f32,
}

/// A point in pixels; (0, 0) is the centre of the first pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FacePoint {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// The 68 points of a face in iBUG order: outline 0–16, brows 17–26, nose 27–35, eyes 36–47, mouth 48–67. Cleared from memory
/// when dropped.
#[derive(Clone, PartialEq)]
pub struct FacePoints(Box<[FacePoint; 68]>);

/// Angles of a head in degrees, about zero when it faces the camera.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Positive when the nose points to the viewer's right: the person turned to their own left. −90 to 90.
    pub yaw: f32,
    /// Positive when the head is raised. To be compared within a burst: the zero differs by person and camera.
    pub pitch: f32,
    /// Positive when the viewer's right eye is lower.
    pub roll: f32,
}

/// Both eyes, as the viewer sees them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eyes {
    /// On the picture's left.
    pub left: Eye,
    /// On the picture's right.
    pub right: Eye,
}

/// One eye.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eye {
    /// Probability that it is closed, 0 to 1; `None` when the pack has no net for it.
    pub closed: Option<f32>,
    /// Height of the lids' opening over the eye's width: about 0.34 open, 0.17 closed.
    pub aspect: f32,
}

/// How probable it is that a face was there and not a picture of it, 0 to 1, by two crops of the frame. Means nothing on small
/// or grey pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PassiveScores {
    /// The face and little around it.
    pub near: f32,
    /// The face and what it is held in.
    pub wide: f32,
}

impl PassiveScores {
    /// The smaller one, to be held against [`LivenessThresholds::passive`](super::LivenessThresholds).
    pub fn least(self) -> f32 {
        self.near.min(self.wide)
    }
}

impl From<[FacePoint; 68]> for FacePoints {
    fn from(points: [FacePoint; 68]) -> Self {
        Self(Box::new(points))
    }
}

impl Deref for FacePoints {
    type Target = [FacePoint; 68];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Drop for FacePoints {
    fn drop(&mut self) {
        for point in self.0.iter_mut() {
            point.x.zeroize();
            point.y.zeroize();
        }
    }
}

impl fmt::Debug for FacePoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FacePoints([redacted])")
    }
}

impl fmt::Debug for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observation").field("fault", &self.fault).finish_non_exhaustive()
    }
}
