//! Scaling with anti-aliasing, brightness, and the way from pixels to a net's input.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

use super::fault::EngineError;
use super::geometry::Rect;
use super::manifest::{ChannelOrder, InputSpec};

/// Scales parts of pictures; keeps its buffers between calls.
pub(super) struct Scaler {
    resizer: Resizer,
    options: ResizeOptions,
}

impl Scaler {
    pub(super) fn new() -> Self {
        let options =
            ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(false);
        Self { resizer: Resizer::new(), options }
    }

    /// The part of `image` within `area` (clipped to the picture), as `width` × `height` pixels.
    pub(super) fn scale(
        &mut self,
        image: &RgbImage,
        area: Rect,
        width: u32,
        height: u32,
    ) -> Result<RgbImage, EngineError> {
        let inside = area.intersection(bounds(image));
        let source = ImageRef::new(image.width(), image.height(), image.as_raw(), PixelType::U8x3)
            .map_err(EngineError::inference)?;
        let mut target = Image::new(width, height, PixelType::U8x3);
        // In f64 the differences are exact; in f32 left + width may lie beyond the edge by a rounding.
        let (left, top) = (f64::from(inside.left), f64::from(inside.top));
        let options =
            self.options.crop(left, top, f64::from(inside.right) - left, f64::from(inside.bottom) - top);
        self.resizer.resize(&source, &mut target, &options).map_err(EngineError::inference)?;
        RgbImage::from_raw(width, height, target.into_vec())
            .ok_or_else(|| EngineError::inference("scaled picture has another size"))
    }
}

/// The whole picture, edge to edge.
#[expect(clippy::cast_precision_loss, reason = "a picture's sides are far below 2^24")]
pub(super) fn bounds(image: &RgbImage) -> Rect {
    Rect { left: 0.0, top: 0.0, right: image.width() as f32, bottom: image.height() as f32 }
}

/// Brightness as the eye weighs it (BT.601), 0 to 255.
pub(super) fn luma([red, green, blue]: [u8; 3]) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
}

/// Writes `image` into the upper left of a net's input planes, normalised as `spec` says. What lies beyond is left as it is.
pub(super) fn write_planes(image: &RgbImage, spec: &InputSpec, planes: &mut [f32]) {
    let (width, height) = (spec.width as usize, spec.height as usize);
    let rows = image.as_raw().chunks_exact(3 * image.width() as usize);
    let channels: &[usize] = match spec.order {
        ChannelOrder::Rgb => &[0, 1, 2],
        ChannelOrder::Bgr => &[2, 1, 0],
        ChannelOrder::Grey => &[],
    };
    for (row, line) in rows.enumerate().take(height) {
        let (pixels, _) = line.as_chunks::<3>();
        for (plane, &channel) in channels.iter().enumerate() {
            let (mean, factor) = (spec.mean.of(plane), spec.divisor.of(plane).recip());
            let start = plane * width * height + row * width;
            for (value, pixel) in planes[start..start + width].iter_mut().zip(pixels) {
                *value = (f32::from(pixel[channel]) - mean) * factor;
            }
        }
        if spec.order == ChannelOrder::Grey {
            let (mean, factor) = (spec.mean.of(0), spec.divisor.of(0).recip());
            for (value, pixel) in planes[row * width..(row + 1) * width].iter_mut().zip(pixels) {
                *value = (luma(*pixel) - mean) * factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::manifest::PerPlane;
    use super::*;

    fn spec(order: ChannelOrder) -> InputSpec {
        let (mean, divisor) = (PerPlane::All(100.0), PerPlane::All(10.0));
        InputSpec { input: "input".into(), width: 3, height: 2, order, mean, divisor }
    }

    #[test]
    fn planes_follow_the_order_and_leave_the_rest() {
        let image = RgbImage::from_raw(2, 1, vec![110, 120, 130, 0, 0, 0]).expect("two pixels");
        let mut planes = vec![9.0; 18];
        write_planes(&image, &spec(ChannelOrder::Bgr), &mut planes);
        assert_eq!(planes[..3], [3.0, -10.0, 9.0]);
        assert_eq!((planes[6], planes[12]), (2.0, 1.0));
    }

    #[test]
    fn each_plane_has_its_own_mean_and_divisor() {
        let image = RgbImage::from_raw(1, 1, vec![110, 120, 130]).expect("one pixel");
        let (mean, divisor) = (PerPlane::Each([10.0, 20.0, 30.0]), PerPlane::Each([1.0, 2.0, 10.0]));
        let mut planes = vec![0.0; 18];
        write_planes(&image, &InputSpec { mean, divisor, ..spec(ChannelOrder::Rgb) }, &mut planes);
        assert_eq!((planes[0], planes[6], planes[12]), (100.0, 50.0, 10.0));
    }

    #[test]
    fn grey_is_one_plane() {
        let image = RgbImage::from_raw(1, 1, vec![100, 100, 100]).expect("one pixel");
        let mut planes = vec![9.0; 6];
        write_planes(&image, &spec(ChannelOrder::Grey), &mut planes);
        assert!(planes[0].abs() < 1e-4);
    }

    #[test]
    fn a_part_that_ends_at_the_edge_is_scaled_whatever_the_rounding() {
        let image = RgbImage::new(799, 533);
        for step in 0_u8..200 {
            let left = f32::from(step) * 1.237_913;
            let area = Rect { left, top: left / 3.0, right: left + 800.0, bottom: left + 600.0 };
            assert!(Scaler::new().scale(&image, area, 8, 8).is_ok(), "{left}");
        }
    }

    #[test]
    fn shrinking_averages() {
        let stripes = RgbImage::from_fn(64, 64, |x, _| image::Rgb([if x % 2 == 0 { 0 } else { 200 }; 3]));
        let small = Scaler::new().scale(&stripes, bounds(&stripes), 16, 16).expect("scales");
        assert!(
            small.pixels().all(|pixel| (90..=110).contains(&pixel[0])),
            "no stripe survives as a pattern"
        );
    }
}
