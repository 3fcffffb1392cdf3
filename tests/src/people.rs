//! Living people before a camera, out of the clips that `make people` brought, and photos that `make photos` brought.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use shiming_pictures::FRAMES;

/// Between two frames: a step of seven takes as long as the shortest that is believed.
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
        shiming_pictures::still(self.portrait, "neutral", 12)
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
        shiming_pictures::clip(self.person, clip, take)
            .iter()
            .map(|image| shiming_pictures::jpeg(image, 90))
            .collect()
    }
}

/// A photo that `make photos` brought, by its name: a JPEG file.
pub fn photo(name: &str) -> Vec<u8> {
    shiming_pictures::photo(name)
}

/// The clip that shows an action.
fn clip(action: &str) -> String {
    action.trim_start_matches("LIVENESS_ACTION_").to_lowercase().replace('_', "-")
}

/// The pictures of each step as a page sends them.
fn timed(steps: impl Iterator<Item = Vec<Vec<u8>>>) -> Vec<Shot> {
    let numbered =
        (0..).zip(steps).flat_map(|(step, images)| images.into_iter().map(move |image| (step, image)));
    (0..).zip(numbered).map(|(at, (step, image))| Shot { step, offset_ms: at * GAP_MS, image }).collect()
}
