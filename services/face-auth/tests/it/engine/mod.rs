//! The engine on real photos: the astronaut kept here, other people brought by `make photos`, nets brought by `make models`.

mod faults;
mod load;
mod observations;
mod people;

use bytes::Bytes;
use shiming_face_engine::{EngineConfig, FaceEngine};
use shiming_pictures::{RgbImage, repository};

pub(crate) fn engine() -> FaceEngine {
    engine_with(EngineConfig { workers: 1, ..EngineConfig::default() })
}

fn engine_with(config: EngineConfig) -> FaceEngine {
    let config = EngineConfig { models: repository(".setup/models"), ..config };
    FaceEngine::start(&config).expect("models are ready (make models)")
}

fn decoded(bytes: &Bytes) -> RgbImage {
    shiming_pictures::decoded(bytes)
}

/// Every value of every pixel times `gain`, plus `shift`.
fn relit(bytes: &Bytes, gain: f32, shift: f32) -> RgbImage {
    shiming_pictures::relit(decoded(bytes), gain, shift)
}

fn scaled(bytes: &Bytes, width: u32, height: u32) -> RgbImage {
    shiming_pictures::resized(&decoded(bytes), width, height)
}
