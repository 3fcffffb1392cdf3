//! The engine as the service sees it.

use std::sync::Arc;

use bytes::Bytes;

use super::config::EngineConfig;
use super::fault::EngineError;
use super::manifest::Thresholds;
use super::pack::{ModelVersions, Pack, PackError};
use super::pool::{Pool, PoolError};
use super::quality::Gate;
use super::recogniser::{Nets, Recogniser};
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

    async fn template(&self, image: Bytes, gate: Gate) -> Result<Template, EngineError> {
        match self.inner.pool.run(move |recogniser| recogniser.template(&image, &gate)).await {
            Ok(result) => result,
            Err(PoolError::Busy(retry_after)) => Err(EngineError::Busy { retry_after }),
            Err(PoolError::BrokenOff) => Err(EngineError::BrokenOff),
        }
    }
}

impl From<std::io::Error> for PackError {
    fn from(error: std::io::Error) -> Self {
        Self::Worker(error)
    }
}
