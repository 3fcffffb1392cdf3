//! How far the eyes are open.

use image::RgbImage;

use super::align::{side_length, warp};
use super::fault::EngineError;
use super::geometry::{Point, Similarity};
use super::landmark::{EyeOutline, Landmarks};
use super::manifest::EyeSpec;
use super::pixels::{Scaler, write_planes};
use super::probability::of_class;
use super::runtime::Net;

pub(super) struct EyeNet {
    net: Net,
    spec: EyeSpec,
}

impl EyeNet {
    pub(super) fn new(net: Net, spec: EyeSpec) -> Self {
        Self { net, spec }
    }

    /// The logits for the input as it stands.
    pub(super) fn infer(&mut self) -> Result<[Vec<f32>; 1], EngineError> {
        self.net.infer([&self.spec.net.output])
    }

    /// How probable it is that the viewer's left and right eye are closed, 0 to 1 each.
    pub(super) fn closed(
        &mut self,
        scaler: &mut Scaler,
        image: &RgbImage,
        landmarks: &Landmarks,
    ) -> Result<[f32; 2], EngineError> {
        let [left, right] = landmarks.eyes();
        let roll = landmarks.roll();
        Ok([self.closed_one(scaler, image, left, roll)?, self.closed_one(scaler, image, right, roll)?])
    }

    /// The net knows upright eyes: the square is turned with the face.
    fn closed_one(
        &mut self,
        scaler: &mut Scaler,
        image: &RgbImage,
        eye: EyeOutline,
        roll: f32,
    ) -> Result<f32, EngineError> {
        let input = &self.spec.net.input;
        let side = side_length(input.width);
        let width = (self.spec.crop * eye.width()).max(1.0);
        let middle = Point::new((side - 1.0) / 2.0, (side - 1.0) / 2.0);
        let turn = Similarity::about(eye.centre(), -roll, side / width, middle);
        let square = warp(scaler, image, turn, input.width)?;
        write_planes(&square, input, self.net.planes());
        let [logits] = self.infer()?;
        of_class(&logits, self.spec.closed_class)
    }
}
