//! `face-eval time`: verifications one after another, for comparing with other systems in one run (`make bench-faces`).
//!
//! Reads lines `reference TAB capture` (paths) and answers each with a line of JSON: `milliseconds` from the two files' bytes to
//! a similarity, and the `score`, or the reason why the engine `refused` a picture.

use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use shiming_face_engine::{EngineError, FaceEngine};

use crate::engine::{Pack, refusal};
use crate::measure::read;

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    pack: Pack,
}

#[derive(Serialize)]
struct Answer {
    milliseconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'static str>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let engine = options.pack.start(1)?;
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let line = line?;
        let (reference, capture) = line.split_once('\t').context("a line is `path TAB path`")?;
        serde_json::to_writer(&mut out, &verify(&engine, Path::new(reference), Path::new(capture)).await?)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(())
}

async fn verify(engine: &FaceEngine, reference: &Path, capture: &Path) -> Result<Answer> {
    let (reference, capture) = (read(reference)?, read(capture)?);
    let began = Instant::now();
    let compared = async {
        let reference = engine.template_of_reference(reference).await?;
        let capture = engine.template_of_reference(capture).await?;
        Ok::<_, EngineError>((reference, capture))
    };
    let found = compared.await;
    let score = found.as_ref().ok().map(|(reference, capture)| reference.similarity(capture)).transpose()?;
    let milliseconds = 1000.0 * began.elapsed().as_secs_f64();
    Ok(Answer { milliseconds, score, refused: found.err().map(refusal).transpose()? })
}
