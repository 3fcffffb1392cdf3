//! The engine on real photos: the astronaut kept here, other people brought by `make photos`, nets brought by `make models`.

mod faults;
mod load;
mod observations;
mod people;

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, RgbImage};
use shiming_face_engine::{EngineConfig, FaceEngine};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn engine() -> FaceEngine {
    engine_with(EngineConfig { workers: 1, ..EngineConfig::default() })
}

fn engine_with(config: EngineConfig) -> FaceEngine {
    let config = EngineConfig { models: repository(".setup/models"), ..config };
    FaceEngine::start(&config).expect("models are ready (make models)")
}

/// A photo that `make photos` brought.
fn photo(name: &str) -> Bytes {
    let path = repository(".setup/photos").join(format!("{name}.jpg"));
    fs::read(path).expect("photos are ready (make photos)").into()
}

fn astronaut() -> Bytes {
    Bytes::from_static(include_bytes!("../../photos/astronaut.jpg"))
}

fn decoded(bytes: &Bytes) -> RgbImage {
    image::load_from_memory(bytes).expect("a picture").into_rgb8()
}

fn png(image: RgbImage) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image).write_to(&mut bytes, ImageFormat::Png).expect("encodes");
    bytes.into_inner().into()
}

fn jpeg(image: &RgbImage, quality: u8) -> Bytes {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
    image.write_with_encoder(encoder).expect("encodes");
    bytes.into()
}

/// Every value of every pixel changed by `change`.
fn relit(bytes: &Bytes, change: impl Fn(f32) -> f32) -> RgbImage {
    let mut image = decoded(bytes);
    for value in image.iter_mut() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
        let byte = change(f32::from(*value)).clamp(0.0, 255.0) as u8;
        *value = byte;
    }
    image
}

fn scaled(bytes: &Bytes, width: u32, height: u32) -> RgbImage {
    image::imageops::resize(&decoded(bytes), width, height, image::imageops::FilterType::Triangle)
}
