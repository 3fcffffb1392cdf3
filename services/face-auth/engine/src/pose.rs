//! How a head is held.

use image::RgbImage;

use super::fault::EngineError;
use super::geometry::Rect;
use super::manifest::PoseSpec;
use super::pixels::{Scaler, write_planes};
use super::probability::softmax;
use super::runtime::Net;

pub(super) struct PoseNet {
    net: Net,
    spec: PoseSpec,
}

impl PoseNet {
    pub(super) fn new(net: Net, spec: PoseSpec) -> Self {
        Self { net, spec }
    }

    /// The logits of the yaw for the input as it stands.
    pub(super) fn infer(&mut self) -> Result<[Vec<f32>; 1], EngineError> {
        self.net.infer([&self.spec.yaw])
    }

    /// Degrees; positive when the nose points to the viewer's right. For faces that are about upright.
    pub(super) fn yaw(
        &mut self,
        scaler: &mut Scaler,
        image: &RgbImage,
        area: Rect,
    ) -> Result<f32, EngineError> {
        let input = &self.spec.input;
        let face = scaler.scale(image, grown(area, self.spec.crop), input.width, input.height)?;
        write_planes(&face, input, self.net.planes());
        let [logits] = self.infer()?;
        let expected: f32 = (0_u16..).zip(softmax(&logits)).map(|(bin, part)| f32::from(bin) * part).sum();
        let yaw = self.spec.bin * expected + self.spec.offset;
        if logits.is_empty() || !yaw.is_finite() {
            return Err(EngineError::inference("the pose net gave no angle"));
        }
        Ok(yaw)
    }
}

/// The box `times` as large about its centre; may reach beyond the picture.
fn grown(area: Rect, times: f32) -> Rect {
    let (across, down) = (area.width() * (times - 1.0) / 2.0, area.height() * (times - 1.0) / 2.0);
    Rect {
        left: area.left - across,
        top: area.top - down,
        right: area.right + across,
        bottom: area.bottom + down,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_grows_about_its_centre() {
        let found = grown(Rect { left: 10.0, top: 20.0, right: 30.0, bottom: 60.0 }, 1.5);
        assert_eq!(found, Rect { left: 5.0, top: 10.0, right: 35.0, bottom: 70.0 });
    }
}
