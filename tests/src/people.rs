//! Living people before a camera, out of the clips that `make people` brought, and photos that `make photos` brought.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use image::DynamicImage;

use crate::process::repository;

/// Frames of a step; with 70 ms between two, a step of seven takes as long as the shortest that is believed.
const FRAMES: u32 = 7;
const GAP_MS: u32 = 70;

/// A person before a camera. No camera gives one picture twice, so each take has a light and a frame of its own.
#[derive(Clone, Debug)]
pub struct Film {
    person: &'static str,
    portrait: &'static str,
    takes: Arc<AtomicU32>,
}

/// One frame of a capture.
#[derive(Clone, Debug)]
pub struct Shot {
    /// 0 looking ahead, then 1, 2, … for the actions of the challenge.
    pub step: u32,
    /// Milliseconds since the first frame.
    pub offset_ms: u32,
    /// A JPEG file.
    pub image: Vec<u8>,
}

impl Film {
    /// A man, with a photo of another day.
    pub fn audun() -> Self {
        Self::of("audun", "audun-again")
    }

    /// Another man.
    pub fn franck() -> Self {
        Self::of("franck", "franck")
    }

    fn of(person: &'static str, portrait: &'static str) -> Self {
        Self { person, portrait, takes: Arc::default() }
    }

    /// The photo that an authority has of him: a JPEG file.
    pub fn portrait(&self) -> Vec<u8> {
        brought(&folder(self.portrait, "neutral").join("012.jpg"), "people")
    }

    /// Does what is asked, in its order: a take of its own each time. Actions are named as the contract spells them.
    pub fn answers(&self, actions: &[String]) -> Vec<Shot> {
        let take = self.takes.fetch_add(1, Ordering::Relaxed);
        let actions = actions.iter().map(|action| clip(action));
        timed(std::iter::once("neutral".to_owned()).chain(actions).map(|clip| self.pictures(&clip, take)))
    }

    /// A photo of him, held still before the camera for as many actions.
    pub fn held_still(&self, actions: &[String]) -> Vec<Shot> {
        let take = self.takes.fetch_add(1, Ordering::Relaxed);
        let photo = self.pictures("neutral", take).swap_remove(3);
        timed((0..=actions.len()).map(|_| vec![photo.clone(); FRAMES as usize]))
    }

    /// Pictures of one clip, spread over it.
    fn pictures(&self, clip: &str, take: u32) -> Vec<Vec<u8>> {
        let folder = folder(self.person, clip);
        let count = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}; run `make people`", folder.display()))
            .count();
        let last = u32::try_from(count).unwrap() - 1;
        (0..FRAMES)
            .map(|at| folder.join(format!("{:03}.jpg", at * last / (FRAMES - 1))))
            .map(|file| another_take(&brought(&file, "people"), take))
            .collect()
    }
}

/// A photo that `make photos` brought, by its name: a JPEG file.
pub fn photo(name: &str) -> Vec<u8> {
    brought(&repository().join(".setup/photos").join(name), "photos")
}

/// The clip that shows an action.
fn clip(action: &str) -> String {
    action.trim_start_matches("LIVENESS_ACTION_").to_lowercase().replace('_', "-")
}

fn folder(person: &str, clip: &str) -> PathBuf {
    repository().join(".setup/people").join(person).join(clip)
}

fn brought(file: &Path, by: &str) -> Vec<u8> {
    std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}; run `make {by}`", file.display()))
}

/// The picture in a frame a little smaller and a light a little brighter.
fn another_take(picture: &[u8], take: u32) -> Vec<u8> {
    let image = image::load_from_memory(picture).unwrap();
    let inset = take % 7 * 3;
    let image = image.crop_imm(inset, inset, image.width() - 2 * inset, image.height() - 2 * inset);
    jpeg(&image.brighten(i32::try_from(take % 5).unwrap() * 9))
}

fn jpeg(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90);
    image.write_with_encoder(encoder).unwrap();
    bytes
}

/// The pictures of each step as a page sends them.
fn timed(steps: impl Iterator<Item = Vec<Vec<u8>>>) -> Vec<Shot> {
    let numbered =
        (0..).zip(steps).flat_map(|(step, images)| images.into_iter().map(move |image| (step, image)));
    (0..).zip(numbered).map(|(at, (step, image))| Shot { step, offset_ms: at * GAP_MS, image }).collect()
}
