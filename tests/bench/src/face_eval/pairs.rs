//! `face-eval pairs`: error rates of the engine on pairs of pictures.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Formatter, Result as Written, Write as _};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use shiming_bench::list::{Pair, Picture, every_pair, given_pairs, listed_pictures};
use shiming_bench::{Comparisons, OperatingPoint};
use shiming_face_engine::Template;

use crate::engine::{Gate, Pack};
use crate::groups::Groups;
use crate::measure::{Measured, pictures, read_text};
use crate::output::percent;
use crate::report::ErrorRates;

#[derive(Args)]
pub(crate) struct Options {
    /// Folder of the pictures
    #[arg(long)]
    images: PathBuf,
    /// List of pictures (`file,person` or `file,person,group`), every two of which are a pair; images.csv of the folder when nothing
    /// is named
    #[arg(long, conflicts_with = "pairs")]
    list: Option<PathBuf>,
    /// List of pairs (`a,b,same`: 1 or 0)
    #[arg(long)]
    pairs: Option<PathBuf>,
    /// How strict to be about a picture before its face is compared
    #[arg(long, value_enum, default_value = "reference")]
    gate: Gate,
    /// Also write every pair's similarity to this file (`a,b,same,score`)
    #[arg(long, value_name = "FILE")]
    scores: Option<PathBuf>,
    /// Also write every refused picture and why to this file (`file,reason`)
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
    #[command(flatten)]
    pack: Pack,
    /// Threads that measure
    #[arg(long, default_value_t = 2)]
    workers: usize,
}

/// What was measured, on what, with what.
#[derive(Serialize)]
pub(crate) struct Report {
    model_pack: String,
    gate: Gate,
    pictures: usize,
    refused: BTreeMap<&'static str, usize>,
    pairs_without_score: usize,
    levels: Vec<Level>,
    rates: ErrorRates,
    /// Known where a list says who is on the pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Groups>,
}

/// The pack's own threshold of an evidence level.
#[derive(Serialize)]
struct Level {
    level: &'static str,
    point: OperatingPoint,
}

pub(crate) async fn run(options: Options) -> Result<Report> {
    let (pairs, listed) = options.listed()?;
    let engine = options.pack.start(options.workers)?;
    let names: BTreeSet<String> = pairs.iter().flat_map(|pair| [pair.a.clone(), pair.b.clone()]).collect();
    let count = names.len();
    let gate = options.gate;
    let look = async |picture| gate.template(&engine, picture).await;
    let measured = pictures(&engine, &options.images, names.into_iter().collect(), look).await?;
    let scored = similarities(&pairs, &measured)?;
    if let Some(path) = &options.scores {
        fs::write(path, lines(&scored)?).with_context(|| format!("writing {}", path.display()))?;
    }
    if let Some(path) = &options.refused {
        let lines = measured.refused.iter().map(|(file, reason)| format!("{file},{reason}\n"));
        let text = lines.fold("file,reason\n".to_owned(), |text, line| text + &line);
        fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    let comparisons = compared(&scored)?;
    let thresholds = engine.thresholds();
    let groups = listed.map(|pictures| Groups::of(&pictures, &scored, thresholds)).transpose()?;
    let level = |level, threshold| Level { level, point: comparisons.at(f64::from(threshold)) };
    Ok(Report {
        model_pack: engine.versions().pack.clone(),
        gate,
        pictures: count,
        refused: measured.reasons(),
        pairs_without_score: pairs.len() - scored.len(),
        levels: vec![level("standard", thresholds.standard), level("strict", thresholds.strict)],
        rates: ErrorRates::of(&comparisons, (0.0, 1.0)),
        groups,
    })
}

/// Pairs by kind, from their scores.
pub(crate) fn compared(scored: &[(Pair, f64)]) -> Result<Comparisons> {
    let of =
        |same| scored.iter().filter(move |(pair, _)| pair.same == same).map(|(_, score)| *score).collect();
    Comparisons::new(of(true), of(false)).context("a score is no number")
}

impl Options {
    /// The pairs, and the pictures where a list says who is on them.
    fn listed(&self) -> Result<(Vec<Pair>, Option<Vec<Picture>>)> {
        if let Some(path) = &self.pairs {
            let pairs = given_pairs(&read_text(path)?).with_context(|| format!("in {}", path.display()))?;
            return Ok((pairs, None));
        }
        let path = self.list.clone().unwrap_or_else(|| self.images.join("images.csv"));
        let pictures =
            listed_pictures(&read_text(&path)?).with_context(|| format!("in {}", path.display()))?;
        Ok((every_pair(&pictures), Some(pictures)))
    }
}

/// The pairs of which both pictures were accepted.
fn similarities(pairs: &[Pair], measured: &Measured<Template>) -> Result<Vec<(Pair, f64)>> {
    let both = |pair: &Pair| Some((measured.found.get(&pair.a)?, measured.found.get(&pair.b)?));
    let scored = pairs.iter().filter_map(|pair| both(pair).map(|(a, b)| (pair, a.similarity(b))));
    scored.map(|(pair, similarity)| Ok((pair.clone(), f64::from(similarity?)))).collect()
}

fn lines(scored: &[(Pair, f64)]) -> Result<String> {
    let mut text = "a,b,same,score\n".to_owned();
    for (Pair { a, b, same }, score) in scored {
        writeln!(text, "{a},{b},{},{score}", u8::from(*same))?;
    }
    Ok(text)
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        writeln!(f, "model pack        {}", self.model_pack)?;
        let gate = match self.gate {
            Gate::Capture => "capture",
            Gate::Reference => "reference",
        };
        let refused: usize = self.refused.values().sum();
        writeln!(f, "pictures          {}, of which the {gate} gate refused {refused}", self.pictures)?;
        for (reason, count) in &self.refused {
            writeln!(f, "                  {count} {reason}")?;
        }
        if self.pairs_without_score > 0 {
            writeln!(f, "without a score   {} pairs, left out below", self.pairs_without_score)?;
        }
        for Level { level, point } in &self.levels {
            let name = format!("{level} {:.2}", point.threshold);
            writeln!(f, "{name:<18}FAR {}", percent(point.false_accepts))?;
            writeln!(f, "{:<18}FRR {}", "", percent(point.false_rejects))?;
        }
        write!(f, "{}", self.rates)?;
        writeln!(
            f,
            "\nThe intervals so far take pairs as independent; pairs that share a person are not, so the truth is less certain."
        )?;
        self.groups.as_ref().map_or(Ok(()), |groups| write!(f, "{groups}"))
    }
}
