//! From an aligned chip to the template.

use image::RgbImage;

use super::fault::EngineError;
use super::manifest::FeatureSpec;
use super::pixels::write_planes;
use super::runtime::Net;
use super::template::{MARK, Template};

pub(super) struct Embedder {
    net: Net,
    spec: FeatureSpec,
    mark: [u8; MARK],
}

impl Embedder {
    pub(super) fn new(net: Net, spec: FeatureSpec, mark: [u8; MARK]) -> Self {
        Self { net, spec, mark }
    }

    /// Side of the chip the net takes, in pixels.
    pub(super) fn side(&self) -> u32 {
        self.spec.net.input.width
    }

    /// The vector for the input as it stands.
    pub(super) fn infer(&mut self) -> Result<[Vec<f32>; 1], EngineError> {
        self.net.infer([&self.spec.net.output])
    }

    pub(super) fn template(&mut self, chip: &RgbImage) -> Result<Template, EngineError> {
        write_planes(chip, &self.spec.net.input, self.net.planes());
        let [vector] = self.infer()?;
        if vector.len() != self.spec.dimensions {
            return Err(EngineError::inference("the feature net's output has another length"));
        }
        Template::new(self.mark, vector)
            .ok_or_else(|| EngineError::inference("the feature net's output has no direction"))
    }
}
