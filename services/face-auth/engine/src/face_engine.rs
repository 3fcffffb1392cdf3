//! The engine as the service sees it.

use std::sync::Arc;

use bytes::Bytes;

use super::config::EngineConfig;
use super::fault::EngineError;
use super::manifest::{LivenessThresholds, Thresholds};
use super::observation::{Observation, ObserveOptions};
use super::pack::{ModelVersions, Pack, PackError};
use super::pool::{Pool, PoolError};
use super::quality::Gate;
use super::recogniser::{InferenceTimes, Nets, Recogniser};
use super::runtime;
use super::template::Template;

/// Turns pictures into templates on threads of its own. Cheap to clone; the threads end with the last clone.
#[derive(Clone)]
pub struct FaceEngine {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool<Recogniser>,
    versions: ModelVersions,
    thresholds: Thresholds,
    liveness: Option<LivenessThresholds>,
    capabilities: Capabilities,
}

/// What the pack's nets can tell beyond whose face it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Passive scores of a frame.
    pub passive: bool,
    /// Closed and open eyes.
    pub eyes: bool,
    /// How far a head is turned, by a net beside its points.
    pub pose: bool,
}

impl Capabilities {
    /// Whether liveness can be judged. Where it can't, nothing that needs it may pass.
    pub fn liveness(self) -> bool {
        self.passive && self.eyes && self.pose
    }
}

impl FaceEngine {
    /// Checks the pack and loads it, one set of nets per worker. Blocks for about 0.2 s; nothing is loaded later.
    pub fn start(config: &EngineConfig) -> Result<Self, PackError> {
        let problems = config.problems();
        if !problems.is_empty() {
            return Err(PackError::Settings(problems.join("; ")));
        }
        let pack = Pack::load(config)?;
        let manifest = &pack.manifest;
        let (versions, thresholds) = (pack.versions(), manifest.thresholds);
        let liveness = manifest.liveness_thresholds();
        let capabilities = Capabilities {
            passive: manifest.liveness.is_some(),
            eyes: manifest.eye.is_some(),
            pose: manifest.pose.is_some(),
        };
        let environment = runtime::environment(&pack.library)?;
        let nets = Nets::new(pack);
        let limits = config.limits;
        let pool = Pool::start(config.workers, config.queue, move || nets.recogniser(&environment, limits))?;
        Ok(Self { inner: Arc::new(Inner { pool, versions, thresholds, liveness, capabilities }) })
    }

    /// The template of a camera picture, held to the strict gate: the person is there and can try again.
    pub async fn template_of_capture(&self, image: Bytes) -> Result<Template, EngineError> {
        self.template(image, Gate::CAPTURE).await
    }

    /// The template of an authority's photo, which may be smaller, older and paler than a capture.
    pub async fn template_of_reference(&self, image: Bytes) -> Result<Template, EngineError> {
        self.template(image, Gate::REFERENCE).await
    }

    /// Measures the one face of a frame.
    ///
    /// Errors: `NotAnImage`, `ImageTooLarge`, `NoFace`, `SeveralFaces` as capture faults, and the engine's own. Any other fault
    /// of quality stands in the observation.
    pub async fn observe(&self, frame: Bytes, options: ObserveOptions) -> Result<Observation, EngineError> {
        self.inner
            .pool
            .run(move |recogniser| recogniser.observe(&frame, options))
            .await
            .map_err(EngineError::from)?
    }

    /// Measures the frames of one burst on all workers at once; the answers stand in the order of the frames.
    ///
    /// The burst is taken as a whole or refused as a whole with [`EngineError::Busy`], so that no work is done for one that
    /// can't be judged. Dropping the future gives up every frame that doesn't run yet.
    pub async fn observe_burst(
        &self,
        frames: Vec<(Bytes, ObserveOptions)>,
    ) -> Result<Vec<Result<Observation, EngineError>>, EngineError> {
        let jobs = frames
            .into_iter()
            .map(|(frame, options)| move |recogniser: &mut Recogniser| recogniser.observe(&frame, options));
        let answers = self.inner.pool.run_all(jobs.collect()).await?;
        Ok(answers.into_iter().map(|answer| answer.map_err(EngineError::from).flatten()).collect())
    }

    /// What the pack in use can tell.
    pub fn capabilities(&self) -> Capabilities {
        self.inner.capabilities
    }

    /// What an observation's scores are held against; `None` when the pack can't judge liveness.
    pub fn liveness_thresholds(&self) -> Option<LivenessThresholds> {
        self.inner.liveness
    }

    /// The pack in use.
    pub fn versions(&self) -> &ModelVersions {
        &self.inner.versions
    }

    /// Smallest similarities that count as the same person.
    pub fn thresholds(&self) -> Thresholds {
        self.inner.thresholds
    }

    /// Threads that compute.
    pub fn workers(&self) -> usize {
        self.inner.pool.workers()
    }

    /// Runs every net once on whatever it saw last and times it: what a verification can't be faster than.
    pub async fn time_inferences(&self) -> Result<InferenceTimes, EngineError> {
        self.inner.pool.run(Recogniser::time_inferences).await.map_err(EngineError::from)?
    }

    async fn template(&self, image: Bytes, gate: Gate) -> Result<Template, EngineError> {
        self.inner
            .pool
            .run(move |recogniser| recogniser.template(&image, &gate))
            .await
            .map_err(EngineError::from)?
    }
}

impl From<PoolError> for EngineError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Busy(retry_after) => Self::Busy { retry_after },
            PoolError::BrokenOff => Self::BrokenOff,
        }
    }
}

impl From<std::io::Error> for PackError {
    fn from(error: std::io::Error) -> Self {
        Self::Worker(error)
    }
}
