//! One worker's nets, and the way of a picture through them.

use std::time::{Duration, Instant};

use image::RgbImage;
use ort::environment::Environment;

use super::align::{chip, side_length, warp};
use super::config::ImageLimits;
use super::decode::decode;
use super::detect::{Detector, Face};
use super::embed::Embedder;
use super::eye::EyeNet;
use super::fault::{CaptureFault, EngineError};
use super::geometry::{Point, Rect, Similarity};
use super::graph::quickened;
use super::landmark::{LandmarkNet, Landmarks};
use super::manifest::{InputSpec, NetRole};
use super::pack::{Pack, PackError};
use super::passive::LivenessNet;
use super::pixels::{Scaler, bounds};
use super::pose::PoseNet;
use super::quality::Gate;
use super::runtime::{Memory, Net};
use super::template::Template;
use super::weights::clear_vanishing;

/// The landmark net knows faces that are about upright; a stronger tilt is undone first.
pub(super) const MAX_ROLL: f32 = 20.0;
/// Side of the upright patch, and how much wider than the face it is.
const PATCH_SIDE: u32 = 256;
const PATCH_WIDTH: f32 = 2.0;

/// Everything one thread needs to turn pictures into templates and observations.
pub(super) struct Recogniser {
    pub(super) limits: ImageLimits,
    pub(super) scaler: Scaler,
    pub(super) detector: Detector,
    landmarks: LandmarkNet,
    pub(super) embedder: Embedder,
    pub(super) liveness: Option<LivenessNet>,
    pub(super) eye: Option<EyeNet>,
    pub(super) pose: Option<PoseNet>,
}

/// How long each net took once, without anything around it; zero for a net the pack hasn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InferenceTimes {
    /// Finding faces.
    pub detect: Duration,
    /// Finding a face's points.
    pub landmark: Duration,
    /// Turning an aligned face into a template.
    pub feature: Duration,
    /// Telling a face from a picture of one, one crop.
    pub liveness: Duration,
    /// Seeing whether one eye is closed.
    pub eye: Duration,
    /// Seeing how far the head is turned.
    pub pose: Duration,
}

impl InferenceTimes {
    /// What one picture's template takes.
    pub fn template(self) -> Duration {
        self.detect + self.landmark + self.feature
    }

    /// What one frame's observation takes, passive scores included.
    pub fn observation(self) -> Duration {
        self.template() + 2 * (self.liveness + self.eye) + self.pose
    }
}

/// The nets' contents, ready to become sessions: shared by the workers while they start.
pub(super) struct Nets {
    pack: Pack,
}

impl Nets {
    pub(super) fn new(mut pack: Pack) -> Self {
        for (net, input) in pack.contents() {
            clear_vanishing(net);
            *net = quickened(std::mem::take(net), input);
        }
        Self { pack }
    }

    pub(super) fn recogniser(
        &self,
        environment: &Environment,
        limits: ImageLimits,
    ) -> Result<Recogniser, PackError> {
        let manifest = &self.pack.manifest;
        let load = |role: NetRole, file: &str, spec: &InputSpec| {
            let memory = if role == NetRole::Feature { Memory::Kept } else { Memory::GivenBack };
            Net::load(environment, spec, self.pack.content(role), memory)
                .map_err(|error| PackError::Net { file: file.to_owned(), source: error.into() })
        };
        let detect = load(NetRole::Detect, &manifest.detect.file.file, &manifest.detect.input)?;
        let landmark = load(NetRole::Landmark, &manifest.landmark.file.file, &manifest.landmark.input)?;
        let feature = &manifest.feature.net;
        let feature = load(NetRole::Feature, &feature.file.file, &feature.input)?;
        let liveness = manifest.liveness.as_ref().map(|spec| {
            load(NetRole::Liveness, &spec.net.file.file, &spec.net.input)
                .map(|net| LivenessNet::new(net, spec.clone()))
        });
        let eye = manifest.eye.as_ref().map(|spec| {
            load(NetRole::Eye, &spec.net.file.file, &spec.net.input).map(|net| EyeNet::new(net, spec.clone()))
        });
        let pose = manifest.pose.as_ref().map(|spec| {
            load(NetRole::Pose, &spec.file.file, &spec.input).map(|net| PoseNet::new(net, spec.clone()))
        });
        Ok(Recogniser {
            limits,
            scaler: Scaler::new(),
            detector: Detector::new(detect, manifest.detect.clone()),
            landmarks: LandmarkNet::new(landmark, manifest.landmark.clone()),
            embedder: Embedder::new(feature, manifest.feature.clone(), self.pack.mark()),
            liveness: liveness.transpose()?,
            eye: eye.transpose()?,
            pose: pose.transpose()?,
        })
    }
}

impl Recogniser {
    /// The template of the one face in a picture that keeps `gate`.
    pub(super) fn template(&mut self, bytes: &[u8], gate: &Gate) -> Result<Template, EngineError> {
        let image = decode(bytes, &self.limits)?;
        let faces = self.detector.find(&mut self.scaler, &image)?;
        let face = gate.nearest(&faces)?;
        gate.room(face, bounds(&image))?;
        let (landmarks, upright) = self.find_landmarks(&image, face)?;
        upright?;
        gate.pose(&landmarks)?;
        let chip = chip(&mut self.scaler, &image, &landmarks.five(), self.embedder.side())?;
        gate.light_and_sharpness(&chip)?;
        self.uncovered(gate, &image, face, &landmarks, &chip)??;
        self.embedder.template(&chip)
    }

    /// Whether mouth and eyes lie open. A strongly tilted face is judged by its chip alone: the landmark net is unsteady there
    /// without a covering.
    pub(super) fn uncovered(
        &mut self,
        gate: &Gate,
        image: &RgbImage,
        face: Face,
        landmarks: &Landmarks,
        chip: &RgbImage,
    ) -> Result<Result<(), CaptureFault>, EngineError> {
        let Some(limits) = &gate.uncovered else { return Ok(Ok(())) };
        if !limits.shows_eyes(chip) {
            return Ok(Err(CaptureFault::FaceCovered));
        }
        let moved = if landmarks.roll().to_degrees().abs() > MAX_ROLL {
            None
        } else {
            Some(self.landmarks.unsteadiness(&mut self.scaler, image, face.area, landmarks)?)
        };
        Ok(if limits.shows_mouth(chip, moved) { Ok(()) } else { Err(CaptureFault::FaceCovered) })
    }

    pub(super) fn time_inferences(&mut self) -> Result<InferenceTimes, EngineError> {
        Ok(InferenceTimes {
            detect: timed(|| self.detector.infer())?,
            landmark: timed(|| self.landmarks.infer())?,
            feature: timed(|| self.embedder.infer())?,
            liveness: self.liveness.as_mut().map_or(Ok(Duration::ZERO), |net| timed(|| net.infer()))?,
            eye: self.eye.as_mut().map_or(Ok(Duration::ZERO), |net| timed(|| net.infer()))?,
            pose: self.pose.as_mut().map_or(Ok(Duration::ZERO), |net| timed(|| net.infer()))?,
        })
    }

    /// The points, and whether a strongly tilted face was found again once it was turned upright; if not, the points are the
    /// uncertain ones of the tilted face.
    pub(super) fn find_landmarks(
        &mut self,
        image: &RgbImage,
        face: Face,
    ) -> Result<(Landmarks, Result<(), CaptureFault>), EngineError> {
        let found = self.landmarks.find(&mut self.scaler, image, face.area)?;
        if found.roll().to_degrees().abs() <= MAX_ROLL {
            return Ok((found, Ok(())));
        }
        Ok(match self.find_upright(image, face, found.roll())? {
            Some(upright) => (upright, Ok(())),
            None => (found, Err(CaptureFault::FaceTurnedAway)),
        })
    }

    /// Turns the face upright, looks for it again there, and brings the points back into the picture.
    fn find_upright(
        &mut self,
        image: &RgbImage,
        face: Face,
        roll: f32,
    ) -> Result<Option<Landmarks>, EngineError> {
        let side = side_length(PATCH_SIDE);
        let width = face.area.width().max(face.area.height());
        let middle = Point::new(side / 2.0, side / 2.0);
        let turn = Similarity::about(face.area.centre(), -roll, side / (PATCH_WIDTH * width), middle);
        let patch = warp(&mut self.scaler, image, turn, PATCH_SIDE)?;
        let upright = self.detector.find(&mut self.scaler, &patch)?;
        let Some(area) = nearest_to(middle, &upright) else { return Ok(None) };
        let points = self.landmarks.find(&mut self.scaler, &patch, area)?;
        let back = turn.inverse();
        Ok(Some(Landmarks(points.0.map(|point| back.apply(point)))))
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
