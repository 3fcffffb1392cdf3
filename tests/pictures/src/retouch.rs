//! What happens to a picture on its way: light, size, another angle, a file format.

#![expect(clippy::expect_used, reason = "a picture of a test can be read and written, or the test ends")]

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, imageops};

/// The pixels of a file.
pub fn decoded(bytes: &[u8]) -> RgbImage {
    opened(bytes).into_rgb8()
}

/// A PNG file.
pub fn png(image: RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image).write_to(&mut bytes, ImageFormat::Png).expect("a picture can be written");
    bytes.into_inner()
}

/// A JPEG file.
pub fn jpeg(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    image.write_with_encoder(encoder).expect("a picture can be written");
    bytes
}

/// Every value of every pixel times `gain`, plus `shift`.
pub fn relit(mut image: RgbImage, gain: f32, shift: f32) -> RgbImage {
    for value in image.iter_mut() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
        let byte = f32::from(*value).mul_add(gain, shift).clamp(0.0, 255.0) as u8;
        *value = byte;
    }
    image
}

/// Without colours.
pub fn grey(mut image: RgbImage) -> RgbImage {
    for pixel in image.pixels_mut() {
        *pixel = Rgb([pixel.0[1]; 3]);
    }
    image
}

/// In another size.
pub fn resized(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    imageops::resize(image, width, height, FilterType::Triangle)
}

/// A part: from the left, from the top, width, height.
pub fn cut(image: &RgbImage, [left, top, width, height]: [u32; 4]) -> RgbImage {
    imageops::crop_imm(image, left, top, width, height).to_image()
}

/// As a mirror shows it.
pub fn mirrored(image: &RgbImage) -> RgbImage {
    imageops::flip_horizontal(image)
}

/// Turned about its centre by `degrees`, on grey.
pub fn tilted(image: &RgbImage, degrees: f32) -> RgbImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (cx, cy) = (coordinate(image.width()) / 2.0, coordinate(image.height()) / 2.0);
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let (dx, dy) = (coordinate(x) - cx, coordinate(y) - cy);
        let (sx, sy) = (cx + cos * dx + sin * dy, cy - sin * dx + cos * dy);
        imageops::interpolate_bilinear(image, sx.max(0.0), sy.max(0.0)).unwrap_or(Rgb([128; 3]))
    })
}

/// The middles of two pictures as one.
pub fn side_by_side(one: &RgbImage, other: &RgbImage) -> RgbImage {
    let mut both = RgbImage::from_pixel(800, 480, Rgb([120; 3]));
    imageops::replace(&mut both, &cut(one, [160, 0, 400, 480]), 0, 0);
    imageops::replace(&mut both, &cut(other, [120, 0, 400, 480]), 400, 0);
    both
}

/// The picture in a frame a little smaller and a light a little brighter.
pub(crate) fn another_take(bytes: &[u8], take: u32) -> RgbImage {
    let image = opened(bytes);
    let inset = take % 7 * 3;
    let image = image.crop_imm(inset, inset, image.width() - 2 * inset, image.height() - 2 * inset);
    image.brighten(i32::try_from(take % 5).expect("less than five") * 9).into_rgb8()
}

pub(crate) fn coordinate(value: u32) -> f32 {
    f32::from(u16::try_from(value).expect("a small picture"))
}

fn opened(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).expect("a picture")
}
