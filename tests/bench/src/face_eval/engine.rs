//! The engine under measurement, and which of its gates pictures must pass.

use std::path::PathBuf;

use anyhow::{Context, Result};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use serde::Serialize;
use shiming_face_engine::{EngineConfig, EngineError, FaceEngine, Template};

/// Which model pack is measured.
#[derive(Args, Clone)]
pub(crate) struct Pack {
    /// Directory of the model pack's files (make models)
    #[arg(long, default_value = ".setup/models")]
    pub(crate) models: PathBuf,
    /// Manifest of another pack than the built-in one
    #[arg(long)]
    pub(crate) manifest: Option<PathBuf>,
}

/// How strict the engine is about a picture before it compares the face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Gate {
    /// As for a camera picture: the person can try again
    Capture,
    /// As for an authority's photo, which may be older and smaller
    Reference,
}

impl Pack {
    /// Starts the engine; a missing model is an error that says what to do.
    pub(crate) fn start(self, workers: usize) -> Result<FaceEngine> {
        let config = EngineConfig {
            models: self.models,
            manifest: self.manifest,
            workers,
            queue: 4 * workers,
            ..EngineConfig::default()
        };
        FaceEngine::start(&config).context("the face engine does not start")
    }
}

impl Gate {
    /// The template of the one face in a picture.
    pub(crate) async fn template(self, engine: &FaceEngine, picture: Bytes) -> Result<Template, EngineError> {
        match self {
            Self::Capture => engine.template_of_capture(picture).await,
            Self::Reference => engine.template_of_reference(picture).await,
        }
    }
}

/// The picture's own fault, or an error that ends the run: no figure is worth anything after the engine itself failed.
pub(crate) fn refusal(error: EngineError) -> Result<&'static str> {
    match error {
        EngineError::Capture(fault) => Ok(fault.reason()),
        other => Err(other.into()),
    }
}
