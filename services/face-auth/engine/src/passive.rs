//! Whether a face is one, or a picture of one: what can be told from a single frame.

use image::RgbImage;

use super::fault::EngineError;
use super::geometry::Rect;
use super::manifest::LivenessSpec;
use super::observation::PassiveScores;
use super::pixels::{Scaler, bounds, write_planes};
use super::probability::of_class;
use super::runtime::Net;

pub(super) struct LivenessNet {
    net: Net,
    spec: LivenessSpec,
}

impl LivenessNet {
    pub(super) fn new(net: Net, spec: LivenessSpec) -> Self {
        Self { net, spec }
    }

    /// The logits for the input as it stands.
    pub(super) fn infer(&mut self) -> Result<[Vec<f32>; 1], EngineError> {
        self.net.infer([&self.spec.net.output])
    }

    /// Two inferences: skin and print show near by, the edges of a sheet or a screen further off.
    pub(super) fn scores(
        &mut self,
        scaler: &mut Scaler,
        image: &RgbImage,
        area: Rect,
    ) -> Result<PassiveScores, EngineError> {
        let (near, wide) = (self.spec.near_crop, self.spec.wide_crop);
        Ok(PassiveScores {
            near: self.score(scaler, image, around(area, near, bounds(image)))?,
            wide: self.score(scaler, image, around(area, wide, bounds(image)))?,
        })
    }

    fn score(&mut self, scaler: &mut Scaler, image: &RgbImage, crop: Rect) -> Result<f32, EngineError> {
        let input = &self.spec.net.input;
        let face = scaler.scale(image, crop, input.width, input.height)?;
        write_planes(&face, input, self.net.planes());
        let [logits] = self.infer()?;
        of_class(&logits, self.spec.live_class)
    }
}

/// The box grown `times` about its centre as far as the picture goes, and shifted rather than cut at an edge: the net knows
/// faces of one size in their crop.
fn around(area: Rect, times: f32, edge: Rect) -> Rect {
    let widest = (edge.width() / area.width().max(1.0)).min(edge.height() / area.height().max(1.0));
    let scale = times.min(widest);
    let (width, height) = (area.width() * scale, area.height() * scale);
    let centre = area.centre();
    let left = (centre.x - width / 2.0).clamp(0.0, (edge.right - width).max(0.0));
    let top = (centre.y - height / 2.0).clamp(0.0, (edge.bottom - height).max(0.0));
    Rect { left, top, right: left + width, bottom: top + height }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGE: Rect = Rect { left: 0.0, top: 0.0, right: 640.0, bottom: 480.0 };

    fn face(left: f32, top: f32, side: f32) -> Rect {
        Rect { left, top, right: left + side, bottom: top + side }
    }

    #[test]
    fn a_crop_in_the_middle_grows_about_the_face() {
        assert_eq!(around(face(300.0, 200.0, 100.0), 2.0, EDGE), face(250.0, 150.0, 200.0));
    }

    #[test]
    fn a_crop_at_the_edge_is_shifted() {
        assert_eq!(around(face(0.0, 380.0, 100.0), 2.0, EDGE), face(0.0, 280.0, 200.0));
        assert_eq!(around(face(-20.0, 0.0, 100.0), 1.0, EDGE), face(0.0, 0.0, 100.0));
    }

    #[test]
    fn a_crop_is_never_larger_than_the_picture() {
        let found = around(face(200.0, 100.0, 300.0), 2.7, EDGE);
        assert_eq!((found.top, found.bottom, found.width()), (0.0, 480.0, 480.0));
    }
}
