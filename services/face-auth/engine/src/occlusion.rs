//! Whether something lies over the face: a mask, dark glasses, a hand.
//!
//! No net of the pack was made for this, so three plain signs are read:
//!
//! - **Unsteady points.** Where the landmark net sees a nose and a mouth it finds them again when its crop is moved; where it
//!   guesses, the guess moves along. Independent of the cloth's pattern.
//! - **A mouth without contrast.** Lips and the shadow between them are there even when the mouth is closed.
//! - **Eyes without contrast, or much darker than the cheeks.** Closed eyes keep their lashes and the shade of the socket.
//!
//! Measured on 67 photos of 20 people and 130 frames of two videos (talking, blinking, nodding), none of which is refused, and on
//! 60 photos with coverings painted on: masks in four colours and a hand over mouth or eye all refused, dark glasses too, brown
//! ones 93 %, lightly tinted ones 73 %. Limits: the coverings were painted. Glasses that reflect a scene, a mask below the nose,
//! a scarf with a printed mouth and hair over one eye are not held; who wants to be known as somebody else by such means is for
//! the comparison and the liveness judgement to refuse.

use image::{GenericImageView, RgbImage};

use super::align::side_length;
use super::pixels::luma;

/// What an uncovered face keeps. The clean pictures' extremes stand beside each value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Uncovered {
    /// How far nose and mouth may move with the crop, see [`LandmarkNet::unsteadiness`](super::landmark::LandmarkNet). Clean
    /// at most 0.045.
    pub(super) max_unsteadiness: f32,
    /// Standard deviation of the mouth's brightness over that of the skin. Clean at least 0.110.
    pub(super) min_mouth_contrast: f32,
    /// The same of the eye that has less of it. Clean at least 0.118.
    pub(super) min_eye_contrast: f32,
    /// Brightness of the eye over that of its cheek, the darker eye. Clean at least 0.401.
    pub(super) min_eye_brightness: f32,
}

impl Uncovered {
    pub(super) const CAPTURE: Self = Self {
        max_unsteadiness: 0.05,
        min_mouth_contrast: 0.09,
        min_eye_contrast: 0.1,
        min_eye_brightness: 0.33,
    };

    /// Whether an aligned face shows its mouth and both eyes.
    pub(super) fn shows_features(&self, chip: &RgbImage) -> bool {
        let found = Features::of(chip);
        found.mouth_contrast >= self.min_mouth_contrast
            && found.eye_contrast >= self.min_eye_contrast
            && found.eye_brightness >= self.min_eye_brightness
    }
}

/// A rectangle of a chip of 112 × 112 pixels: left, top, right, bottom.
type Field = [f32; 4];
const FOREHEAD: Field = [40.0, 26.0, 72.0, 38.0];
const NOSE: Field = [48.0, 58.0, 64.0, 76.0];
const MOUTH: Field = [38.0, 82.0, 75.0, 102.0];
const EYES: [Field; 2] = [[28.0, 44.0, 49.0, 60.0], [63.0, 44.0, 84.0, 60.0]];
const CHEEKS: [Field; 2] = [[26.0, 64.0, 40.0, 78.0], [72.0, 64.0, 86.0, 78.0]];
const CHIP: f32 = 112.0;
/// In the dark a ratio of brightness says nothing.
const DARKEST: f32 = 20.0;

#[derive(Clone, Copy, Debug)]
struct Features {
    mouth_contrast: f32,
    eye_contrast: f32,
    eye_brightness: f32,
}

impl Features {
    fn of(chip: &RgbImage) -> Self {
        let cheeks = CHEEKS.map(|field| Light::of(chip, field));
        let skin = {
            let mut means = [cheeks[0].mean, cheeks[1].mean, mean(chip, NOSE), mean(chip, FOREHEAD)];
            means.sort_by(f32::total_cmp);
            f32::midpoint(means[1], means[2]).max(DARKEST)
        };
        let eyes = EYES.map(|field| Light::of(chip, field));
        let brightness = |side: usize| eyes[side].mean / cheeks[side].mean.max(DARKEST);
        Self {
            mouth_contrast: Light::of(chip, MOUTH).deviation / skin,
            eye_contrast: eyes[0].deviation.min(eyes[1].deviation) / skin,
            eye_brightness: brightness(0).min(brightness(1)),
        }
    }
}

/// Mean and standard deviation of a field's brightness, 0 to 255.
#[derive(Clone, Copy, Debug)]
struct Light {
    mean: f32,
    deviation: f32,
}

impl Light {
    fn of(chip: &RgbImage, field: Field) -> Self {
        let scale = side_length(chip.width().min(chip.height())) / CHIP;
        let [left, top, right, bottom] = field.map(|edge| whole(edge * scale));
        let part = chip.view(left, top, right - left, bottom - top);
        let (mut count, mut sum, mut squares) = (0.0_f32, 0.0_f32, 0.0_f32);
        for (_, _, pixel) in part.pixels() {
            let value = luma(pixel.0);
            count += 1.0;
            sum += value;
            squares += value * value;
        }
        let mean = sum / count.max(1.0);
        Self { mean, deviation: (squares / count.max(1.0) - mean * mean).max(0.0).sqrt() }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an edge within the chip")]
fn whole(edge: f32) -> u32 {
    edge as u32
}

fn mean(chip: &RgbImage, field: Field) -> f32 {
    Light::of(chip, field).mean
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn fill(chip: &mut RgbImage, [left, top, right, bottom]: Field, value: impl Fn(u32, u32) -> u8) {
        for (x, y, pixel) in chip.enumerate_pixels_mut() {
            let (at_x, at_y) = (side_length(x), side_length(y));
            if at_x >= left && at_x < right && at_y >= top && at_y < bottom {
                *pixel = Rgb([value(x, y); 3]);
            }
        }
    }

    fn stripes(_: u32, y: u32) -> u8 {
        if (y / 4).is_multiple_of(2) { 90 } else { 170 }
    }

    /// Even skin with striped eyes and a striped mouth.
    fn face() -> RgbImage {
        let mut chip = RgbImage::from_pixel(112, 112, Rgb([150; 3]));
        for field in [MOUTH, EYES[0], EYES[1]] {
            fill(&mut chip, field, stripes);
        }
        chip
    }

    #[test]
    fn a_face_shows_its_features() {
        assert!(Uncovered::CAPTURE.shows_features(&face()));
    }

    #[test]
    fn an_even_field_over_mouth_or_one_eye_is_a_covering() {
        for field in [MOUTH, EYES[0], EYES[1]] {
            let mut chip = face();
            fill(&mut chip, field, |_, _| 150);
            assert!(!Uncovered::CAPTURE.shows_features(&chip), "{field:?}");
        }
    }

    #[test]
    fn eyes_far_darker_than_the_cheeks_are_covered() {
        let mut chip = face();
        for field in EYES {
            fill(&mut chip, field, |x, y| stripes(x, y) / 3);
        }
        assert!(!Uncovered::CAPTURE.shows_features(&chip));
    }

    #[test]
    fn the_fields_follow_a_larger_chip() {
        let large = image::imageops::resize(&face(), 224, 224, image::imageops::FilterType::Triangle);
        assert!(Uncovered::CAPTURE.shows_features(&large));
    }
}
