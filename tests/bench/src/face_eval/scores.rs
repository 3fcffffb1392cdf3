//! `face-eval scores`: the same figures from scores that any system wrote.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;
use shiming_bench::list::scored_pairs;

use crate::measure::read_text;
use crate::pairs::compared;
use crate::report::ErrorRates;

#[derive(Args)]
pub(crate) struct Options {
    /// Pairs with their scores (`a,b,same,score`; higher means more alike)
    file: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<ErrorRates> {
    let path = &options.file;
    let pairs = scored_pairs(&read_text(path)?).with_context(|| format!("in {}", path.display()))?;
    ensure!(!pairs.is_empty(), "{} lists no pair", path.display());
    let scores = || pairs.iter().map(|(_, score)| *score);
    let range = (scores().fold(f64::INFINITY, f64::min), scores().fold(f64::NEG_INFINITY, f64::max));
    Ok(ErrorRates::of(&compared(&pairs)?, range))
}
