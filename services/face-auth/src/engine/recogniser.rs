//! One worker's nets, and the way of a picture through them.

use std::time::{Duration, Instant};

use image::RgbImage;
use ort::environment::Environment;

use super::align::{chip, side_length, warp};
use super::config::ImageLimits;
use super::decode::decode;
use super::detect::{Detector, Face};
use super::embed::Embedder;
use super::fault::{CaptureFault, EngineError};
use super::geometry::{Point, Rect, Similarity};
use super::landmark::{LandmarkNet, Landmarks};
use super::manifest::InputSpec;
use super::pack::{Pack, PackError};
use super::pixels::{Scaler, bounds};
use super::quality::Gate;
use super::runtime::Net;
use super::template::Template;
use super::weights::clear_vanishing;

/// The landmark net knows faces that are about upright; a stronger tilt is undone first.
const MAX_ROLL: f32 = 20.0;
/// Side of the upright patch, and how much wider than the face it is.
const PATCH_SIDE: u32 = 256;
const PATCH_WIDTH: f32 = 2.0;

/// Everything one thread needs to turn pictures into templates.
pub(super) struct Recogniser {
    limits: ImageLimits,
    scaler: Scaler,
    detector: Detector,
    landmarks: LandmarkNet,
    embedder: Embedder,
}

/// How long each net took, without anything around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InferenceTimes {
    /// Finding faces.
    pub detect: Duration,
    /// Finding a face's points.
    pub landmark: Duration,
    /// Turning an aligned face into a template.
    pub feature: Duration,
}

impl InferenceTimes {
    /// All nets once: one picture.
    pub fn sum(self) -> Duration {
        self.detect + self.landmark + self.feature
    }
}

/// The nets' contents, ready to become sessions: shared by the workers while they start.
pub(super) struct Nets {
    pack: Pack,
}

impl Nets {
    pub(super) fn new(mut pack: Pack) -> Self {
        for net in [&mut pack.detect, &mut pack.landmark, &mut pack.feature] {
            clear_vanishing(net);
        }
        Self { pack }
    }

    pub(super) fn recogniser(
        &self,
        environment: &Environment,
        limits: ImageLimits,
    ) -> Result<Recogniser, PackError> {
        let Pack { manifest, detect, landmark, feature, .. } = &self.pack;
        let load = |file: &str, spec: &InputSpec, model: &[u8]| {
            Net::load(environment, spec, model)
                .map_err(|error| PackError::Net { file: file.to_owned(), source: error.into() })
        };
        let detect = load(&manifest.detect.file.file, &manifest.detect.input, detect)?;
        let landmark = load(&manifest.landmark.file.file, &manifest.landmark.input, landmark)?;
        let feature = load(&manifest.feature.net.file.file, &manifest.feature.net.input, feature)?;
        Ok(Recogniser {
            limits,
            scaler: Scaler::new(),
            detector: Detector::new(detect, manifest.detect.clone()),
            landmarks: LandmarkNet::new(landmark, manifest.landmark.clone()),
            embedder: Embedder::new(feature, manifest.feature.clone(), self.pack.mark()),
        })
    }
}

impl Recogniser {
    /// The template of the one face in a picture that keeps `gate`.
    pub(super) fn template(&mut self, bytes: &[u8], gate: &Gate) -> Result<Template, EngineError> {
        let image = decode(bytes, &self.limits)?;
        let faces = self.detector.find(&mut self.scaler, &image)?;
        let face = gate.single(&faces, bounds(&image))?;
        let landmarks = self.find_landmarks(&image, face)?;
        gate.pose(&landmarks)?;
        let chip = chip(&mut self.scaler, &image, &landmarks.five(), self.embedder.side())?;
        gate.light_and_sharpness(&chip)?;
        self.embedder.template(&chip)
    }

    pub(super) fn time_inferences(&mut self) -> Result<InferenceTimes, EngineError> {
        Ok(InferenceTimes {
            detect: timed(|| self.detector.infer())?,
            landmark: timed(|| self.landmarks.infer())?,
            feature: timed(|| self.embedder.infer())?,
        })
    }

    fn find_landmarks(&mut self, image: &RgbImage, face: Face) -> Result<Landmarks, EngineError> {
        let found = self.landmarks.find(&mut self.scaler, image, face.area)?;
        if found.roll().to_degrees().abs() <= MAX_ROLL {
            return Ok(found);
        }
        self.find_upright(image, face, found.roll())
    }

    /// Turns the face upright, looks for it again there, and brings the points back into the picture.
    fn find_upright(&mut self, image: &RgbImage, face: Face, roll: f32) -> Result<Landmarks, EngineError> {
        let side = side_length(PATCH_SIDE);
        let width = face.area.width().max(face.area.height());
        let middle = Point::new(side / 2.0, side / 2.0);
        let turn = Similarity::about(face.area.centre(), -roll, side / (PATCH_WIDTH * width), middle);
        let patch = warp(&mut self.scaler, image, turn, PATCH_SIDE)?;
        let upright = self.detector.find(&mut self.scaler, &patch)?;
        let area = nearest_to(middle, &upright).ok_or(CaptureFault::FaceTurnedAway)?;
        let points = self.landmarks.find(&mut self.scaler, &patch, area)?;
        let back = turn.inverse();
        Ok(Landmarks(points.0.map(|point| back.apply(point))))
    }
}

fn timed<T>(run: impl FnOnce() -> Result<T, EngineError>) -> Result<Duration, EngineError> {
    let began = Instant::now();
    run()?;
    Ok(began.elapsed())
}

fn nearest_to(middle: Point, faces: &[Face]) -> Option<Rect> {
    let distance = |face: &&Face| face.area.centre().distance(middle);
    faces.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map(|face| face.area)
}
