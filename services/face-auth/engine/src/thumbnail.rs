//! A picture as 32 × 32 brightness values: enough to see that a frame was sent before, too little to know a person by.

use std::fmt;

use image::RgbImage;
use zeroize::Zeroizing;

use super::fault::EngineError;
use super::pixels::{Scaler, bounds, luma};

const SIDE: u32 = 32;

/// Mean brightness (0 to 255) of 32 × 32 fields, row by row. Cleared from memory when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Thumbnail(Zeroizing<Vec<u8>>);

impl Thumbnail {
    /// Number of fields.
    pub const FIELDS: usize = 1024;

    /// From brightness values, row by row.
    pub fn new(fields: &[u8; Self::FIELDS]) -> Self {
        Self(Zeroizing::new(fields.to_vec()))
    }

    pub(super) fn of(scaler: &mut Scaler, image: &RgbImage) -> Result<Self, EngineError> {
        let small = Zeroizing::new(scaler.scale(image, bounds(image), SIDE, SIDE)?.into_raw());
        let fields = small.as_chunks::<3>().0.iter().map(|pixel| byte(luma(*pixel))).collect();
        Ok(Self(Zeroizing::new(fields)))
    }

    /// The brightness values, row by row.
    pub fn fields(&self) -> &[u8] {
        &self.0
    }

    /// The picture in 8 × 8 fields of 16 steps of brightness.
    pub fn coarse(&self) -> [u8; 64] {
        let mut sums = [0_u32; 64];
        for (at, value) in self.0.iter().enumerate() {
            sums[at / 128 * 8 + at % 32 / 4] += u32::from(*value);
        }
        // The mean of 16 values, in sixteenths of the range.
        sums.map(|sum| u8::try_from(sum >> 8).unwrap_or(u8::MAX))
    }

    /// Mean difference of the fields, 0 to 255. The same frame compressed again stays below 1; two frames of one camera
    /// differ by its noise and by every movement.
    pub fn difference(&self, other: &Self) -> f32 {
        let sum: u32 = self.0.iter().zip(other.0.iter()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        #[expect(clippy::cast_precision_loss, reason = "at most 1024 × 255")]
        let sum = sum as f32;
        sum / 1024.0
    }
}

impl fmt::Debug for Thumbnail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Thumbnail([redacted])")
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of bytes")]
fn byte(value: f32) -> u8 {
    value.round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_the_mean_of_what_it_covers() {
        let image = RgbImage::from_fn(640, 480, |x, _| image::Rgb([if x < 320 { 40 } else { 200 }; 3]));
        let found = Thumbnail::of(&mut Scaler::new(), &image).expect("scales");
        assert_eq!(
            (found.fields()[0], found.fields()[31], found.fields().len()),
            (40, 200, Thumbnail::FIELDS)
        );
    }

    #[test]
    fn coarse_fields_are_means_too() {
        let mut fields = [0; 1024];
        for row in 0..4 {
            fields[row * 32 + 4..row * 32 + 8].fill(160);
        }
        let coarse = Thumbnail::new(&fields).coarse();
        assert_eq!((coarse[0], coarse[1], coarse[2], coarse[8]), (0, 10, 0, 0));
        assert_eq!(Thumbnail::new(&[255; 1024]).coarse(), [15; 64]);
    }

    #[test]
    fn the_difference_is_a_mean() {
        let (dark, bright) = (Thumbnail::new(&[10; 1024]), Thumbnail::new(&[14; 1024]));
        assert!((dark.difference(&bright) - 4.0).abs() < 1e-6 && dark.difference(&dark).abs() < 1e-6);
        assert!(!format!("{dark:?}").contains("10"));
    }
}
