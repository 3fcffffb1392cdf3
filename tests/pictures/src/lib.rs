//! Pictures for tests: people before a camera out of the clips that `make people` brings, photos out of `make photos`, and what light,
//! compression and paper do to them.
//!
//! A crate of its own, because it is built with optimisation in every profile: a test of the face check makes dozens of pictures, and made
//! by unoptimised loops they cost more than judging them.

#![expect(clippy::panic, reason = "a test without its pictures ends, loudly")]

mod mask;
mod paper;
mod retouch;

use std::path::{Path, PathBuf};

pub use image::{Rgb, RgbImage};
pub use mask::{Mask, on_tablet};
pub use paper::{Paper, pasted};
pub use retouch::{cut, decoded, grey, jpeg, mirrored, png, relit, resized, side_by_side, tilted};

/// Pictures of one clip: a step of a capture.
pub const FRAMES: u32 = 7;

/// A path of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A photo that `make photos` brought, by the name of its file: a JPEG.
pub fn photo(name: &str) -> Vec<u8> {
    brought(&repository(".setup/photos").join(name), "photos")
}

/// One frame of somebody's clip that `make people` brought: a JPEG.
pub fn still(person: &str, clip: &str, number: u32) -> Vec<u8> {
    brought(&folder(person, clip).join(format!("{number:03}.jpg")), "people")
}

/// [`FRAMES`] pictures of one clip, spread over it. No camera gives one picture twice: each take has a light and a frame of its own.
pub fn clip(person: &str, clip: &str, take: u32) -> Vec<RgbImage> {
    let folder = folder(person, clip);
    let count = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}; run `make people`", folder.display()))
        .count();
    let last = u32::try_from(count).unwrap_or(u32::MAX) - 1;
    let numbers = (0..FRAMES).map(|at| at * last / (FRAMES - 1));
    numbers.map(|number| retouch::another_take(&still(person, clip, number), take)).collect()
}

fn folder(person: &str, clip: &str) -> PathBuf {
    repository(".setup/people").join(person).join(clip)
}

fn brought(file: &Path, by: &str) -> Vec<u8> {
    std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}; run `make {by}`", file.display()))
}
