//! Whether something lies over the face: a mask, dark glasses, a hand.
//!
//! No net of the pack was made for this. Eyes are covered when they are even, or dark and nearly so: closed eyes keep their lashes, and
//! sockets under a ceiling lamp are dark and anything but even. For mouth and nose six plain signs are weighed together (logistic
//! regression), because none decides alone; a beard or a lamp moves one, a mask most of them:
//!
//! - **unsteady points**: where the landmark net sees a nose and a mouth it finds them again when its crop is moved; where it guesses,
//!   the guess moves along;
//! - **contrast of the mouth**, **redness of the lips**, and how far **colour** and **brightness** of mouth and nose are from the forehead's.
//!
//! Fitted on 780 bare faces (webcams under ceiling lamps and by daylight, Chinese people before three cameras, press photos of
//! East Asian and other people) and 150 worn masks; the cut-off was then chosen with all pictures in sight: 0.9 % of the bare are
//! refused and 94 % of 194 masks. The rule before, which asked each sign by itself, refused 3 to 12 % of the bare ones by set. Not measured: headscarves
//! and white caps as Hui people wear them. Limits: lightly tinted glasses, glasses that reflect a scene, a mask below the nose, a scarf with
//! a printed mouth and hair over one eye are not held, and a picture without colour is judged more severely; who wants to be known as
//! somebody else by such means is for the comparison and the liveness judgement to refuse.

use image::RgbImage;

use super::align::side_length;
use super::pixels::luma;

/// What an uncovered face keeps. Contrasts are standard deviations of the brightness over that of the skin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Uncovered {
    /// An eye with less contrast is covered.
    min_eye_contrast: f32,
    /// So is one with less than this that is also dark: eye over cheek by brightness.
    min_dark_eye_contrast: f32,
    min_eye_brightness: f32,
    /// The logit of a covering over mouth or nose, see [`Covering`].
    weights: Covering,
    bias: f32,
}

/// The signs of a covering over mouth or nose, or their weights.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Covering {
    /// Logarithm of how far nose and mouth move with the crop, see [`LandmarkNet::unsteadiness`](super::landmark::LandmarkNet).
    unsteadiness: f32,
    /// Logarithm of the mouth's contrast.
    mouth_contrast: f32,
    /// Distance in colour from the forehead.
    mouth_colour: f32,
    nose_colour: f32,
    /// Redness of the reddest tenth of the mouth over that of the cheeks.
    lips: f32,
    /// How much brighter or darker the lower face is, as a logarithm.
    shade: f32,
}

impl Covering {
    fn dot(&self, other: &Self) -> f32 {
        self.unsteadiness * other.unsteadiness
            + self.mouth_contrast * other.mouth_contrast
            + self.mouth_colour * other.mouth_colour
            + self.nose_colour * other.nose_colour
            + self.lips * other.lips
            + self.shade * other.shade
    }
}

impl Uncovered {
    pub(super) const CAPTURE: Self = Self {
        min_eye_contrast: 0.06,
        min_dark_eye_contrast: 0.1,
        min_eye_brightness: 0.33,
        weights: Covering {
            unsteadiness: 4.89,
            mouth_contrast: -1.916,
            mouth_colour: 13.511,
            nose_colour: 10.971,
            lips: -10.515,
            shade: 2.31,
        },
        bias: 7.713,
    };

    /// Whether an aligned face shows both eyes.
    pub(super) fn shows_eyes(&self, chip: &RgbImage) -> bool {
        let found = Features::of(chip);
        found.eyes.iter().all(|eye| {
            let is_dark = eye.brightness < self.min_eye_brightness;
            eye.contrast >= self.min_eye_contrast && !(is_dark && eye.contrast < self.min_dark_eye_contrast)
        })
    }

    /// Whether it shows mouth and nose. `unsteadiness` is the landmark net's; none where the net can't be asked.
    pub(super) fn shows_mouth(&self, chip: &RgbImage, unsteadiness: Option<f32>) -> bool {
        let mut signs = Features::of(chip).covering;
        signs.unsteadiness = unsteadiness.unwrap_or(STEADY).max(f32::EPSILON).ln();
        self.weights.dot(&signs) + self.bias <= 0.0
    }
}

/// What most bare faces measure.
const STEADY: f32 = 0.018;

/// A rectangle of a chip of 112 × 112 pixels: left, top, right, bottom.
type Field = [f32; 4];
const FOREHEAD: Field = [40.0, 26.0, 72.0, 38.0];
const BRIDGE: Field = [48.0, 44.0, 64.0, 60.0];
const NOSE: Field = [48.0, 58.0, 64.0, 76.0];
const MOUTH: Field = [38.0, 82.0, 75.0, 102.0];
const LOWER: Field = [34.0, 80.0, 78.0, 108.0];
const EYES: [Field; 2] = [[28.0, 44.0, 49.0, 60.0], [63.0, 44.0, 84.0, 60.0]];
const CHEEKS: [Field; 2] = [[26.0, 64.0, 40.0, 78.0], [72.0, 64.0, 86.0, 78.0]];
const CHIP: f32 = 112.0;
/// In the dark a ratio of brightness says nothing.
const DARKEST: f32 = 20.0;

#[derive(Clone, Copy, Debug)]
struct Features {
    eyes: [EyeLight; 2],
    /// Without the unsteadiness.
    covering: Covering,
}

#[derive(Clone, Copy, Debug)]
struct EyeLight {
    contrast: f32,
    /// Over that of the cheek below.
    brightness: f32,
}

impl Features {
    fn of(chip: &RgbImage) -> Self {
        let [cheeks, eyes] = [CHEEKS, EYES].map(|pair| pair.map(|field| Light::of(chip, &[field])));
        let [forehead, nose, mouth] = [FOREHEAD, NOSE, MOUTH].map(|field| Light::of(chip, &[field]));
        let skin = {
            let mut means = [cheeks[0].mean, cheeks[1].mean, nose.mean, forehead.mean];
            means.sort_by(f32::total_cmp);
            f32::midpoint(means[1], means[2]).max(DARKEST)
        };
        let (upper, lower) = (Light::of(chip, &[FOREHEAD, BRIDGE]), Light::of(chip, &[LOWER]));
        let apart = |light: &Light| {
            let [(red, blue), (red_above, blue_above)] = [light, &upper].map(Light::colour);
            (red - red_above, blue - blue_above)
        };
        let (red, blue) = apart(&mouth);
        let (nose_red, nose_blue) = apart(&nose);
        let eye = |side: usize| EyeLight {
            contrast: eyes[side].deviation / skin,
            brightness: eyes[side].mean / cheeks[side].mean.max(DARKEST),
        };
        Self {
            eyes: [eye(0), eye(1)],
            covering: Covering {
                unsteadiness: 0.0,
                mouth_contrast: (mouth.deviation / skin).max(f32::EPSILON).ln(),
                mouth_colour: red.hypot(blue),
                nose_colour: nose_red.abs() + nose_blue.abs(),
                lips: redness(chip, &[MOUTH], 0.9) - redness(chip, &CHEEKS, 0.5),
                shade: (lower.mean.max(10.0) / upper.mean.max(10.0)).ln().abs(),
            },
        }
    }
}

/// Mean and standard deviation of the brightness of some fields, 0 to 255, and their mean red and blue.
#[derive(Clone, Copy, Debug)]
struct Light {
    mean: f32,
    deviation: f32,
    red: f32,
    blue: f32,
}

impl Light {
    fn of(chip: &RgbImage, fields: &[Field]) -> Self {
        let (mut count, mut sum, mut squares, mut red, mut blue) =
            (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
        for pixel in pixels(chip, fields) {
            let value = luma(pixel);
            count += 1.0;
            sum += value;
            squares += value * value;
            red += f32::from(pixel[0]);
            blue += f32::from(pixel[2]);
        }
        let count = count.max(1.0);
        let mean = sum / count;
        Self {
            mean,
            deviation: (squares / count - mean * mean).max(0.0).sqrt(),
            red: red / count,
            blue: blue / count,
        }
    }

    /// Red and blue beyond the brightness, as parts of it.
    fn colour(&self) -> (f32, f32) {
        let whole = self.mean.max(DARKEST);
        ((self.red - self.mean) / whole, (self.blue - self.mean) / whole)
    }
}

/// Redness below which `part` of the pixels lie, as a part of their brightness.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index of some hundred pixels"
)]
fn redness(chip: &RgbImage, fields: &[Field], part: f32) -> f32 {
    let mut red: Vec<f32> = pixels(chip, fields).map(|pixel| f32::from(pixel[0]) - luma(pixel)).collect();
    red.sort_by(f32::total_cmp);
    let at = (part * (red.len().saturating_sub(1)) as f32).round() as usize;
    red.get(at).copied().unwrap_or(0.0) / Light::of(chip, fields).mean.max(DARKEST)
}

fn pixels<'a>(chip: &'a RgbImage, fields: &'a [Field]) -> impl Iterator<Item = [u8; 3]> + 'a {
    let scale = side_length(chip.width().min(chip.height())) / CHIP;
    fields.iter().flat_map(move |field| {
        let [left, top, right, bottom] = field.map(|edge| whole(edge * scale));
        (top..bottom).flat_map(move |y| (left..right).map(move |x| chip.get_pixel(x, y).0))
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an edge within the chip")]
fn whole(edge: f32) -> u32 {
    edge as u32
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    fn fill(chip: &mut RgbImage, [left, top, right, bottom]: Field, value: impl Fn(u32, u32) -> [u8; 3]) {
        for (x, y, pixel) in chip.enumerate_pixels_mut() {
            let (at_x, at_y) = (side_length(x), side_length(y));
            if at_x >= left && at_x < right && at_y >= top && at_y < bottom {
                *pixel = Rgb(value(x, y));
            }
        }
    }

    fn stripes(_: u32, y: u32) -> u8 {
        if (y / 4).is_multiple_of(2) { 90 } else { 170 }
    }

    /// Even skin with striped eyes and a striped, reddish mouth.
    fn face() -> RgbImage {
        let mut chip = RgbImage::from_pixel(112, 112, Rgb([170, 145, 130]));
        for field in [MOUTH, EYES[0], EYES[1]] {
            fill(&mut chip, field, |x, y| [stripes(x, y), stripes(x, y) - 30, stripes(x, y) - 45]);
        }
        chip
    }

    fn shows_all(chip: &RgbImage, unsteadiness: f32) -> bool {
        Uncovered::CAPTURE.shows_eyes(chip) && Uncovered::CAPTURE.shows_mouth(chip, Some(unsteadiness))
    }

    #[test]
    fn a_face_shows_its_features() {
        assert!(shows_all(&face(), 0.02));
    }

    #[test]
    fn points_that_wander_over_a_mouth_of_another_colour_are_a_covering() {
        let mut chip = face();
        fill(&mut chip, [30.0, 62.0, 82.0, 112.0], |_, _| [200, 205, 215]);
        assert!(!shows_all(&chip, 0.08));
    }

    #[test]
    fn a_lamp_above_or_a_beard_is_none() {
        let mut chip = face();
        for field in EYES {
            fill(&mut chip, field, |x, y| {
                [stripes(x, y) / 3, stripes(x, y) / 3 - 10, stripes(x, y) / 3 - 15]
            });
        }
        assert!(
            Uncovered::CAPTURE.min_eye_brightness > 0.3 && !Uncovered::CAPTURE.shows_eyes(&dark_and_even())
        );
        fill(&mut chip, LOWER, |x, y| {
            [stripes(x, y) / 2 + 10, stripes(x, y) / 2 - 5, stripes(x, y) / 2 - 10]
        });
        assert!(Uncovered::CAPTURE.shows_mouth(&chip, Some(0.02)));
    }

    fn dark_and_even() -> RgbImage {
        let mut chip = face();
        fill(&mut chip, EYES[0], |_, _| [25; 3]);
        chip
    }

    #[test]
    fn an_even_field_over_one_eye_is_a_covering() {
        for field in EYES {
            let mut chip = face();
            fill(&mut chip, field, |_, _| [150; 3]);
            assert!(!Uncovered::CAPTURE.shows_eyes(&chip), "{field:?}");
        }
    }

    #[test]
    fn the_fields_follow_a_larger_chip() {
        let large = image::imageops::resize(&face(), 224, 224, image::imageops::FilterType::Triangle);
        assert!(shows_all(&large, 0.02));
    }
}
