//! The frames of one capture, held to their limits while they arrive and before anything is decoded.

use std::time::Duration;

use bytes::Bytes;
use shiming_face_engine::CaptureFault;

use super::refusal::Refusal;

/// When to come again while all places are taken.
pub(crate) const NO_ROOM: Duration = Duration::from_secs(1);

/// What may be on its way in at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arriving {
    pub(crate) streams: usize,
    pub(crate) bytes: usize,
    pub(crate) per_device: usize,
    /// One address has one part in so many at most.
    pub(crate) address_part: usize,
}

/// How much one capture may bring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaptureLimits {
    /// Frames of one capture.
    pub(crate) frames: usize,
    /// Bytes of one frame.
    pub(crate) frame_bytes: usize,
    /// Bytes of all frames together.
    pub(crate) total_bytes: usize,
    /// Pixels of one frame; the engine holds it, the refusal names it.
    pub(crate) frame_pixels: u64,
}

impl CaptureLimits {
    /// What is said when a picture is too large in any way.
    pub(crate) const fn too_large(&self) -> Refusal {
        Refusal::ImageTooLarge { max_bytes: self.frame_bytes, max_pixels: self.frame_pixels }
    }
}

/// Why a capture can't take one more frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAFrame {
    /// Nothing in it.
    Empty,
    /// The capture has as many as it may.
    TooMany,
    /// It, or all together, have too many bytes.
    TooLarge,
    /// Its step comes before that of the frame before, or leaves one out.
    OutOfStep,
}

/// One frame as it arrived.
#[derive(Clone)]
pub(crate) struct Frame {
    /// Step of the challenge it was taken for.
    pub(crate) step: usize,
    /// When, since the first frame.
    pub(crate) offset: Duration,
    /// The picture.
    pub(crate) image: Bytes,
}

/// Frames in the order they were taken.
pub(crate) struct Frames {
    limits: CaptureLimits,
    frames: Vec<Frame>,
    bytes: usize,
}

impl Frames {
    pub(crate) fn new(limits: CaptureLimits) -> Self {
        Self { limits, frames: Vec::new(), bytes: 0 }
    }

    /// Takes one more.
    pub(crate) fn push(&mut self, frame: Frame) -> Result<(), NotAFrame> {
        let (one, all) = (frame.image.len(), self.bytes.saturating_add(frame.image.len()));
        if one == 0 {
            return Err(NotAFrame::Empty);
        }
        if self.frames.len() >= self.limits.frames {
            return Err(NotAFrame::TooMany);
        }
        if one > self.limits.frame_bytes || all > self.limits.total_bytes {
            return Err(NotAFrame::TooLarge);
        }
        let before = self.frames.last().map_or(0, |last| last.step);
        if frame.step != before && frame.step != before + 1 {
            return Err(NotAFrame::OutOfStep);
        }
        self.bytes = all;
        self.frames.push(frame);
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub(crate) fn into_frames(self) -> Vec<Frame> {
        self.frames
    }
}

/// What to tell a person none of whose frames is usable: what is wrong with most of them, and of equals what came last, for that is
/// nearest to how they sit now.
pub(super) fn why_unusable(faults: &[CaptureFault]) -> CaptureFault {
    let count = |fault: &CaptureFault| faults.iter().filter(|other| *other == fault).count();
    faults.iter().copied().max_by_key(count).unwrap_or(CaptureFault::NoFace)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: CaptureLimits =
        CaptureLimits { frames: 3, frame_bytes: 10, total_bytes: 15, frame_pixels: 100 };

    fn frame(step: usize, bytes: usize) -> Frame {
        Frame { step, offset: Duration::ZERO, image: Bytes::from(vec![1; bytes]) }
    }

    #[test]
    fn every_limit_holds_on_its_own() {
        let mut frames = Frames::new(LIMITS);
        assert_eq!(frames.push(frame(0, 0)), Err(NotAFrame::Empty));
        assert_eq!(frames.push(frame(0, 11)), Err(NotAFrame::TooLarge));
        assert_eq!(frames.push(frame(0, 10)), Ok(()));
        assert_eq!(frames.push(frame(0, 6)), Err(NotAFrame::TooLarge), "together");
        assert_eq!(frames.push(frame(1, 2)), Ok(()));
        assert_eq!(frames.push(frame(0, 1)), Err(NotAFrame::OutOfStep), "back");
        assert_eq!(frames.push(frame(3, 1)), Err(NotAFrame::OutOfStep), "one left out");
        assert_eq!(frames.push(frame(2, 3)), Ok(()));
        assert_eq!(frames.push(frame(2, 1)), Err(NotAFrame::TooMany));
        assert_eq!(frames.into_frames().len(), 3);
    }

    #[test]
    fn the_commonest_fault_is_told_and_of_equals_the_last() {
        use CaptureFault as F;
        assert_eq!(why_unusable(&[F::TooDark, F::NoFace, F::TooDark, F::TooBlurred]), F::TooDark);
        assert_eq!(why_unusable(&[F::TooDark, F::NoFace]), F::NoFace);
        assert_eq!(why_unusable(&[]), F::NoFace);
    }
}
