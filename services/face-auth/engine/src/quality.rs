//! Whether a picture is good enough to be judged. Cheap looks only: a bad picture must not cost an inference, and must never
//! count as a failed attempt.

use image::RgbImage;

use super::detect::Face;
use super::fault::CaptureFault;
use super::geometry::Rect;
use super::landmark::Landmarks;
use super::occlusion::Uncovered;
use super::pixels::luma;

/// What a picture must keep. Lengths in pixels, brightness 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gate {
    /// Smallest distance of the eyes.
    min_eye_distance: f32,
    /// A further face counts when it is at least this wide, compared with the nearest one.
    other_face_from: f32,
    /// Smallest room between the face's box and the picture's edge, as a part of the box; below 0 it may reach beyond. The
    /// detector fits its box to what it sees, so that half a face has a box that ends just at the edge.
    min_room: f32,
    /// Smallest sharpness, see [`sharpness`].
    min_sharpness: f32,
    min_brightness: f32,
    max_brightness: f32,
    /// Largest turn to either side, degrees.
    max_yaw: f32,
    /// Where the nose may lie between eyes and mouth, see [`Landmarks::nose_height`].
    nose_height: (f32, f32),
    /// What a covering would hide; `None` where nobody is there to take it off.
    pub(super) uncovered: Option<Uncovered>,
}

impl Gate {
    /// A camera picture of a person who can try again at once.
    pub(super) const CAPTURE: Self = Self {
        min_eye_distance: 32.0,
        other_face_from: 0.4,
        min_room: 0.05,
        min_sharpness: 0.02,
        min_brightness: 40.0,
        max_brightness: 225.0,
        max_yaw: 28.0,
        nose_height: (0.3, 0.9),
        uncovered: Some(Uncovered::CAPTURE),
    };

    /// The authority's photo: often small, old, grey or pale, and nobody is there to take another.
    pub(super) const REFERENCE: Self = Self {
        min_eye_distance: 14.0,
        other_face_from: 0.5,
        min_room: 0.0,
        min_sharpness: 0.006,
        min_brightness: 25.0,
        max_brightness: 245.0,
        max_yaw: 35.0,
        nose_height: (0.2, 1.0),
        uncovered: None,
    };

    /// The one face that is meant.
    pub(super) fn nearest(&self, faces: &[Face]) -> Result<Face, CaptureFault> {
        let (nearest, others) = faces.split_first().ok_or(CaptureFault::NoFace)?;
        if others.iter().any(|other| other.area.width() >= self.other_face_from * nearest.area.width()) {
            return Err(CaptureFault::SeveralFaces);
        }
        Ok(*nearest)
    }

    /// Whether the whole face is in the picture.
    pub(super) fn room(&self, face: Face, edge: Rect) -> Result<(), CaptureFault> {
        if room(face.area, edge) < self.min_room { Err(CaptureFault::FaceCutOff) } else { Ok(()) }
    }

    /// Size and pose.
    pub(super) fn pose(&self, landmarks: &Landmarks) -> Result<(), CaptureFault> {
        if landmarks.eye_distance() < self.min_eye_distance {
            return Err(CaptureFault::FaceTooSmall);
        }
        let (lowest, highest) = self.nose_height;
        if landmarks.yaw().abs() > self.max_yaw || !(lowest..=highest).contains(&landmarks.nose_height()) {
            return Err(CaptureFault::FaceTurnedAway);
        }
        Ok(())
    }

    /// Light first: in the dark everything is blurred too, and a lamp is what helps.
    pub(super) fn light_and_sharpness(&self, chip: &RgbImage) -> Result<(), CaptureFault> {
        let grey = Grey::of(chip);
        let brightness = grey.brightness();
        if brightness < self.min_brightness {
            return Err(CaptureFault::TooDark);
        }
        if brightness > self.max_brightness {
            return Err(CaptureFault::TooBright);
        }
        if grey.sharpness() < self.min_sharpness {
            return Err(CaptureFault::TooBlurred);
        }
        Ok(())
    }
}

/// The least room to any edge, as a part of the box's width or height.
fn room(area: Rect, edge: Rect) -> f32 {
    let across = (area.left - edge.left).min(edge.right - area.right) / area.width().max(1.0);
    let down = (area.top - edge.top).min(edge.bottom - area.bottom) / area.height().max(1.0);
    across.min(down)
}

/// The middle of a chip, where there is skin and neither hair nor background, as brightness.
pub(super) struct Grey {
    side: usize,
    values: Vec<f32>,
}

impl Grey {
    pub(super) fn of(chip: &RgbImage) -> Self {
        let whole = chip.width().min(chip.height());
        let margin = whole / 6;
        let side = whole - 2 * margin;
        let values = (margin..margin + side)
            .flat_map(|y| (margin..margin + side).map(move |x| luma(chip.get_pixel(x, y).0)))
            .collect();
        Self { side: side as usize, values }
    }

    /// Mean, 0 to 255.
    pub(super) fn brightness(&self) -> f32 {
        mean(&self.values)
    }

    /// How much of the face's variation is fine detail: variance of the Laplacian over the variance of the brightness, so
    /// that pale and dark pictures are measured alike.
    pub(super) fn sharpness(&self) -> f32 {
        let side = self.side;
        let detail: Vec<f32> = (1..side - 1)
            .flat_map(|y| (1..side - 1).map(move |x| y * side + x))
            .map(|i| {
                let v = &self.values;
                v[i - 1] + v[i + 1] + v[i - side] + v[i + side] - 4.0 * v[i]
            })
            .collect();
        variance(&detail) / variance(&self.values).max(1.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "some ten thousand pixels")]
fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / (values.len().max(1) as f32)
}

fn variance(values: &[f32]) -> f32 {
    let centre = mean(values);
    let squares: Vec<f32> = values.iter().map(|value| (value - centre).powi(2)).collect();
    mean(&squares)
}

#[cfg(test)]
mod tests {
    use super::super::geometry::Point;
    use super::super::landmark::tests::straight;
    use super::*;

    const EDGE: Rect = Rect { left: 0.0, top: 0.0, right: 640.0, bottom: 480.0 };

    fn face(left: f32, width: f32) -> Face {
        Face { area: Rect { left, top: 100.0, right: left + width, bottom: 100.0 + 1.3 * width }, score: 0.9 }
    }

    #[test]
    fn one_face_is_needed() {
        let gate = Gate::CAPTURE;
        assert_eq!(gate.nearest(&[]), Err(CaptureFault::NoFace));
        assert_eq!(gate.nearest(&[face(200.0, 160.0), face(20.0, 120.0)]), Err(CaptureFault::SeveralFaces));
        let passer_by = face(20.0, 30.0);
        assert_eq!(gate.nearest(&[face(200.0, 160.0), passer_by]), Ok(face(200.0, 160.0)));
    }

    #[test]
    fn a_face_at_the_edge_is_cut_off() {
        assert_eq!(Gate::CAPTURE.room(face(-40.0, 160.0), EDGE), Err(CaptureFault::FaceCutOff));
        assert_eq!(Gate::CAPTURE.room(face(4.0, 160.0), EDGE), Err(CaptureFault::FaceCutOff));
        assert!(Gate::CAPTURE.room(face(10.0, 160.0), EDGE).is_ok());
        assert!(Gate::REFERENCE.room(face(1.0, 160.0), EDGE).is_ok());
        assert_eq!(
            Gate::REFERENCE.room(face(-4.0, 160.0), EDGE),
            Err(CaptureFault::FaceCutOff),
            "half a face"
        );
    }

    #[test]
    fn size_and_pose_are_read_from_the_points() {
        let gate = Gate::CAPTURE;
        assert_eq!(gate.pose(&straight()), Ok(()));
        let far = Landmarks(straight().0.map(|point| Point::new(point.x / 5.0, point.y / 5.0)));
        assert_eq!(gate.pose(&far), Err(CaptureFault::FaceTooSmall));
        assert_eq!(Gate::REFERENCE.pose(&far), Ok(()));
        for (dx, dy) in [(45.0, 0.0), (-45.0, 0.0), (0.0, 30.0), (0.0, -40.0)] {
            let mut turned = straight();
            turned.0[30] = Point::new(turned.0[30].x + dx, turned.0[30].y + dy);
            assert_eq!(gate.pose(&turned), Err(CaptureFault::FaceTurnedAway), "{dx} {dy}");
        }
    }

    fn waves(low: u8, high: u8, length: f32) -> RgbImage {
        RgbImage::from_fn(112, 112, |x, y| {
            let wave =
                |at: u32| (f32::from(u16::try_from(at).unwrap()) * std::f32::consts::TAU / length).sin();
            let level = f32::midpoint(wave(x) * wave(y), 1.0) * f32::from(high - low) + f32::from(low);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
            let byte = level as u8;
            image::Rgb([byte; 3])
        })
    }

    #[test]
    fn light_and_detail_are_measured() {
        let gate = Gate::CAPTURE;
        assert_eq!(gate.light_and_sharpness(&waves(60, 200, 8.0)), Ok(()));
        assert_eq!(gate.light_and_sharpness(&waves(0, 40, 8.0)), Err(CaptureFault::TooDark));
        assert_eq!(gate.light_and_sharpness(&waves(230, 255, 8.0)), Err(CaptureFault::TooBright));
        assert_eq!(gate.light_and_sharpness(&waves(60, 200, 56.0)), Err(CaptureFault::TooBlurred));
        let pale = Grey::of(&waves(120, 140, 8.0)).sharpness();
        assert!(
            (pale / Grey::of(&waves(40, 200, 8.0)).sharpness() - 1.0).abs() < 0.2,
            "contrast does not count"
        );
    }
}
