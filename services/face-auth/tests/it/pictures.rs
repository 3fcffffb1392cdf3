//! Pictures of people: the astronaut kept here, others brought by `make photos`.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, RgbImage};

pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A photo that `make photos` brought.
pub(crate) fn photo(name: &str) -> Bytes {
    let path = repository(".setup/photos").join(format!("{name}.jpg"));
    std::fs::read(path).expect("photos are ready (make photos)").into()
}

/// The reference photo of most tests.
pub(crate) fn astronaut() -> Bytes {
    Bytes::from_static(include_bytes!("../photos/astronaut.jpg"))
}

/// The same person before another camera: `step` changes light and frame a little.
pub(crate) fn astronaut_again(step: u8) -> Bytes {
    let image = image::load_from_memory(&astronaut()).expect("a picture");
    let inset = 4 + u32::from(step) * 3;
    let image = image.crop_imm(inset, inset, image.width() - 2 * inset, image.height() - 2 * inset);
    jpeg(&image.brighten(i32::from(step) * 6 - 10).into_rgb8(), 85)
}

/// Nobody else: another person.
pub(crate) fn stranger() -> Bytes {
    photo("person-2")
}

pub(crate) fn png(image: RgbImage) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image).write_to(&mut bytes, ImageFormat::Png).expect("encodes");
    bytes.into_inner().into()
}

pub(crate) fn jpeg(image: &RgbImage, quality: u8) -> Bytes {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
    image.write_with_encoder(encoder).expect("encodes");
    bytes.into()
}
