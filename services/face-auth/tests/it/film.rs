//! Living people before a camera, out of the clips that `make people` brought, and the attacks made of them.

use std::time::Duration;

use bytes::Bytes;
use shiming_pictures::RgbImage;
use shiming_proto::face::v1::LivenessAction;

use crate::pictures::jpeg;

/// Frames of a step, and the time between two.
pub(crate) const FRAMES: usize = shiming_pictures::FRAMES as usize;
pub(crate) const GAP: Duration = Duration::from_millis(200);

/// One frame of a capture.
#[derive(Clone)]
pub(crate) struct Shot {
    pub(crate) step: i32,
    pub(crate) offset: Duration,
    pub(crate) image: Bytes,
}

/// A person before the camera.
#[derive(Clone, Copy)]
pub(crate) struct Film {
    person: &'static str,
    /// No camera gives one picture twice: each take has its own light and frame.
    take: u32,
}

impl Film {
    /// The man of most tests.
    pub(crate) const AUDUN: Self = Self { person: "audun", take: 0 };
    /// Another man.
    pub(crate) const FRANCK: Self = Self { person: "franck", take: 0 };

    pub(crate) const fn take(self, take: u32) -> Self {
        Self { take, ..self }
    }

    /// A photo of him as an authority has it: of another day, where there is one.
    pub(crate) fn portrait(self) -> Bytes {
        let person = if self.person == "audun" { "audun-again" } else { self.person };
        shiming_pictures::still(person, "neutral", 12).into()
    }

    /// Does what is asked, in its order.
    pub(crate) fn answers(self, actions: &[LivenessAction]) -> Vec<Shot> {
        let clips = std::iter::once("neutral").chain(actions.iter().map(|action| clip(*action)));
        let steps: Vec<_> = clips.map(|clip| self.clip(clip)).collect();
        timed(steps)
    }

    /// Pictures of one clip, spread over it.
    pub(crate) fn clip(self, clip: &str) -> Vec<RgbImage> {
        shiming_pictures::clip(self.person, clip, self.take)
    }
}

/// The clip that shows an action.
pub(crate) fn clip(action: LivenessAction) -> &'static str {
    match action {
        LivenessAction::Blink => "blink",
        LivenessAction::OpenMouth => "open-mouth",
        LivenessAction::TurnLeft => "turn-left",
        LivenessAction::TurnRight => "turn-right",
        LivenessAction::Nod => "nod",
        LivenessAction::Unspecified => unreachable!("a challenge asks for something"),
    }
}

/// The pictures of each step as a page sends them.
pub(crate) fn timed(steps: Vec<Vec<RgbImage>>) -> Vec<Shot> {
    let numbered =
        (0..).zip(steps).flat_map(|(step, images)| images.into_iter().map(move |image| (step, image)));
    let shots = (0..).zip(numbered);
    shots.map(|(at, (step, image))| Shot { step, offset: GAP * at, image: jpeg(&image, 90) }).collect()
}

/// A capture of one picture.
pub(crate) fn shot(image: Bytes) -> Vec<Shot> {
    vec![Shot { step: 0, offset: Duration::ZERO, image }]
}

/// One picture as all frames of a challenge of one action, `gap` apart: as few as are judged.
pub(crate) fn frozen(image: &Bytes, gap: Duration) -> Vec<Shot> {
    let steps = (0..).zip([0, 0, 0, 0, 1, 1, 1, 1]);
    steps.map(|(at, step)| Shot { step, offset: gap * at, image: image.clone() }).collect()
}

pub(crate) fn duration(offset: Duration) -> prost_types::Duration {
    prost_types::Duration::try_from(offset).expect("a short time")
}
