//! The engine as the service sees it.

use std::sync::Arc;

use bytes::Bytes;

use super::config::EngineConfig;
use super::fault::EngineError;
use super::manifest::Thresholds;
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
}

impl FaceEngine {
    /// Checks the pack and loads it, one set of nets per worker. Blocks for about 0.2 s; nothing is loaded later.
    pub fn start(config: &EngineConfig) -> Result<Self, PackError> {
        let problems = config.problems();
        if !problems.is_empty() {
            return Err(PackError::Settings(problems.join("; ")));
        }
        let pack = Pack::load(config)?;
        let (versions, thresholds) = (pack.versions(), pack.manifest.thresholds);
        let environment = runtime::environment(&pack.library)?;
        let nets = Nets::new(pack);
        let limits = config.limits;
        let pool = Pool::start(config.workers, config.queue, move || nets.recogniser(&environment, limits))?;
        Ok(Self { inner: Arc::new(Inner { pool, versions, thresholds }) })
    }

    /// The template of a camera picture, held to the strict gate: the person is there and can try again.
    pub async fn template_of_capture(&self, image: Bytes) -> Result<Template, EngineError> {
        self.template(image, Gate::CAPTURE).await
    }

    /// The template of an authority's photo, which may be smaller, older and paler than a capture.
    pub async fn template_of_reference(&self, image: Bytes) -> Result<Template, EngineError> {
        self.template(image, Gate::REFERENCE).await
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
