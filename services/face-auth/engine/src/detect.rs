//! Finds the faces in a picture.

use image::RgbImage;

use super::fault::EngineError;
use super::geometry::Rect;
use super::manifest::DetectSpec;
use super::pixels::{Scaler, bounds, write_planes};
use super::runtime::Net;

/// A face in pixels of the picture it was found in. Its box may reach beyond the picture's edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Face {
    pub(super) area: Rect,
    /// 0 to 1.
    pub(super) score: f32,
}

pub(super) struct Detector {
    net: Net,
    spec: DetectSpec,
}

impl Detector {
    pub(super) fn new(net: Net, spec: DetectSpec) -> Self {
        Self { net, spec }
    }

    /// All faces, the largest first.
    pub(super) fn find(&mut self, scaler: &mut Scaler, image: &RgbImage) -> Result<Vec<Face>, EngineError> {
        let scale = self.write_input(scaler, image)?;
        let [scores, boxes] = self.infer()?;
        let (pairs, corners) = (scores.as_chunks::<2>().0, boxes.as_chunks::<4>().0);
        if pairs.is_empty() || pairs.len() != corners.len() {
            return Err(EngineError::inference("the detector's outputs don't match"));
        }
        let Rect { right: input_width, bottom: input_height, .. } = self.input_bounds();
        let (across, down) = (input_width / scale, input_height / scale);
        let found = pairs.iter().zip(corners).filter(|(pair, _)| pair[1] > self.spec.min_score);
        let found = found.map(|(pair, [left, top, right, bottom])| Face {
            area: Rect { left: left * across, top: top * down, right: right * across, bottom: bottom * down },
            score: pair[1],
        });
        Ok(strongest(found.collect(), self.spec.max_overlap))
    }

    /// Scores and boxes for the input as it stands.
    pub(super) fn infer(&mut self) -> Result<[Vec<f32>; 2], EngineError> {
        self.net.infer([&self.spec.scores, &self.spec.boxes])
    }

    /// Letterboxes the picture into the upper left of the input; returns by how much it was scaled.
    fn write_input(&mut self, scaler: &mut Scaler, image: &RgbImage) -> Result<f32, EngineError> {
        let (whole, input) = (bounds(image), self.input_bounds());
        let scale = (input.right / whole.right).min(input.bottom / whole.bottom);
        let spec = &self.spec.input;
        let width = pixels(whole.right * scale).clamp(1, spec.width);
        let height = pixels(whole.bottom * scale).clamp(1, spec.height);
        let small = scaler.scale(image, whole, width, height)?;
        let planes = self.net.planes();
        let size = spec.width as usize * spec.height as usize;
        for (index, plane) in planes.chunks_exact_mut(size).enumerate() {
            plane.fill(-spec.mean.of(index) / spec.divisor.of(index));
        }
        write_planes(&small, spec, planes);
        Ok(scale)
    }

    #[expect(clippy::cast_precision_loss, reason = "a net's input side is far below 2^24")]
    fn input_bounds(&self) -> Rect {
        let spec = &self.spec.input;
        Rect { left: 0.0, top: 0.0, right: spec.width as f32, bottom: spec.height as f32 }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the input's side by the caller"
)]
fn pixels(length: f32) -> u32 {
    length.round().max(0.0) as u32
}

/// Greedy non-maximum suppression, then largest first.
fn strongest(mut faces: Vec<Face>, max_overlap: f32) -> Vec<Face> {
    faces.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in faces {
        if kept.iter().all(|other| other.area.overlap(face.area) <= max_overlap) {
            kept.push(face);
        }
    }
    kept.sort_by(|a, b| b.area.area().total_cmp(&a.area.area()));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(left: f32, size: f32, score: f32) -> Face {
        Face { area: Rect { left, top: 0.0, right: left + size, bottom: size }, score }
    }

    #[test]
    fn of_overlapping_boxes_the_strongest_stays() {
        let kept = strongest(vec![face(0.0, 10.0, 0.7), face(1.0, 10.0, 0.9), face(50.0, 20.0, 0.8)], 0.4);
        assert_eq!(kept, vec![face(50.0, 20.0, 0.8), face(1.0, 10.0, 0.9)]);
    }
}
