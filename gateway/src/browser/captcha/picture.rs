//! Draws an answer with a shaking hand: every character turned, stretched and bent, lines across, specks all over.

use std::f32::consts::TAU;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _, ImageResult};
use rand::Rng;

use super::glyphs::strokes;

const WIDTH: usize = 168;
const HEIGHT: usize = 64;
/// Grid units of a glyph in pixels.
const UNIT: f32 = 6.2;
const PAPER: f32 = 246.0;
const INK: f32 = 60.0;

/// A PNG of the answer.
pub(super) fn draw(answer: &str, rng: &mut impl Rng) -> ImageResult<Vec<u8>> {
    let mut canvas = Canvas::new(rng);
    let step = (as_f32(WIDTH) - 24.0) / as_f32(answer.len().max(1));
    for (index, character) in answer.bytes().enumerate() {
        let left = 14.0 + step * as_f32(index) + rng.random_range(-2.0..3.0);
        let hand = Hand::new(left, rng);
        for stroke in strokes(character) {
            let points: Vec<_> = stroke.iter().map(|point| hand.place(*point, rng)).collect();
            canvas.line(&points, hand.thickness);
        }
    }
    for _ in 0..3 {
        let points: Vec<_> =
            (0..4).map(|turn| (as_f32(turn) * as_f32(WIDTH) / 3.0, rng.random_range(6.0..58.0))).collect();
        canvas.line(&points, rng.random_range(0.6..1.1));
    }
    canvas.specks(rng);
    canvas.png()
}

/// One character's own turn, size, slant and place.
struct Hand {
    left: f32,
    top: f32,
    sine: f32,
    cosine: f32,
    wide: f32,
    high: f32,
    slant: f32,
    thickness: f32,
}

impl Hand {
    fn new(left: f32, rng: &mut impl Rng) -> Self {
        let (sine, cosine) = rng.random_range(-0.35_f32..0.35).sin_cos();
        Self {
            left,
            top: rng.random_range(10.0..17.0),
            sine,
            cosine,
            wide: UNIT * rng.random_range(0.85..1.1),
            high: UNIT * rng.random_range(0.85..1.1),
            slant: rng.random_range(-0.2..0.2),
            thickness: rng.random_range(1.5..2.1),
        }
    }

    fn place(&self, (x, y): (f32, f32), rng: &mut impl Rng) -> (f32, f32) {
        // About the middle of the glyph, 2 × 3.
        let x = (x - 2.0 + self.slant * (3.0 - y)) * self.wide + rng.random_range(-0.7..0.7);
        let y = (y - 3.0) * self.high + rng.random_range(-0.7..0.7);
        let turned = (x * self.cosine - y * self.sine, x * self.sine + y * self.cosine);
        (self.left + 2.0 * UNIT + turned.0, self.top + 3.0 * UNIT + turned.1)
    }
}

/// Grey paper that bends whatever is drawn on it.
struct Canvas {
    ink: Vec<f32>,
    waves: [(f32, f32, f32); 2],
}

impl Canvas {
    fn new(rng: &mut impl Rng) -> Self {
        let mut wave =
            || (rng.random_range(1.5..3.5), rng.random_range(38.0..80.0), rng.random_range(0.0..TAU));
        let waves = [wave(), wave()];
        Self { ink: vec![0.0; WIDTH * HEIGHT], waves }
    }

    fn bend(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let [across, down] = self.waves;
        let shift = |(height, length, phase): (f32, f32, f32), along: f32| {
            height * (TAU * along / length + phase).sin()
        };
        (x + shift(down, y), y + shift(across, x))
    }

    /// A line through `points`, bent with the paper.
    fn line(&mut self, points: &[(f32, f32)], thickness: f32) {
        for pair in points.windows(2) {
            let [from, to] = pair else { continue };
            let length = (to.0 - from.0).hypot(to.1 - from.1).max(1.0);
            let mut along = 0.0;
            while along <= length {
                let part = along / length;
                let point = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
                self.dot(self.bend(point), thickness);
                along += 0.5;
            }
        }
    }

    fn dot(&mut self, (x, y): (f32, f32), radius: f32) {
        let reach = radius + 1.0;
        for row in pixels(y - reach, y + reach, HEIGHT) {
            for column in pixels(x - reach, x + reach, WIDTH) {
                let distance = (as_f32(column) - x).hypot(as_f32(row) - y);
                let cover = (radius + 0.5 - distance).clamp(0.0, 1.0);
                let held = &mut self.ink[row * WIDTH + column];
                *held = held.max(cover);
            }
        }
    }

    fn specks(&mut self, rng: &mut impl Rng) {
        for _ in 0..220 {
            let at = rng.random_range(0..self.ink.len());
            self.ink[at] = 1.0 - self.ink[at] * rng.random_range(0.4..1.0);
        }
    }

    fn png(&self) -> ImageResult<Vec<u8>> {
        let pixels: Vec<u8> = self.ink.iter().map(|ink| grey(PAPER - (PAPER - INK) * ink)).collect();
        let mut file = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::NoFilter);
        let (width, height) = (u32::try_from(WIDTH).unwrap_or(0), u32::try_from(HEIGHT).unwrap_or(0));
        encoder.write_image(&pixels, width, height, ExtendedColorType::L8)?;
        Ok(file)
    }
}

#[expect(clippy::cast_precision_loss, reason = "pixel positions are small")]
fn as_f32(value: usize) -> f32 {
    value as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of the type"
)]
fn grey(value: f32) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

/// The pixels between two positions that lie on the canvas.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the canvas")]
fn pixels(from: f32, to: f32, most: usize) -> std::ops::Range<usize> {
    let on = |position: f32| position.clamp(0.0, as_f32(most)) as usize;
    on(from.floor())..on(to.ceil() + 1.0)
}
