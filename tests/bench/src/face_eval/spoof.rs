//! `face-eval spoof`: how well the passive score of single frames tells live faces from attacks (ISO/IEC 30107-3).
//!
//! The passive score is one part of the liveness judgement: the challenge and the burst's consistency are not measured here.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result as Written, Write as _};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use clap::Args;
use serde::Serialize;
use shiming_bench::{Presentations, Proportion, worst};
use shiming_face_engine::{EngineError, FaceEngine, ObserveOptions};

use crate::engine::Pack;
use crate::measure::{Measured, names_in, pictures};
use crate::output::{bare_percent, percent};

/// Rows of the table over thresholds.
const STEPS: u32 = 20;

#[derive(Args)]
pub(crate) struct Options {
    /// Folder of pictures of live faces
    #[arg(long)]
    live: PathBuf,
    /// Folder of pictures of attacks; each folder in it is a kind of attack of its own
    #[arg(long)]
    attack: PathBuf,
    /// Also write every picture's score, or why it has none, to this file (`kind,file,score,refused`)
    #[arg(long, value_name = "FILE")]
    scores: Option<PathBuf>,
    #[command(flatten)]
    pack: Pack,
    /// Threads that measure
    #[arg(long, default_value_t = 2)]
    workers: usize,
}

/// Attacks taken for live (APCER) and live faces taken for attacks (BPCER).
#[derive(Serialize)]
pub(crate) struct Report {
    model_pack: String,
    live: Kind,
    attacks: Vec<Kind>,
    operating_point: Point,
    thresholds: Vec<Point>,
}

/// One kind of presentation, at the operating point.
#[derive(Serialize)]
struct Kind {
    name: String,
    pictures: usize,
    /// Pictures without a score, by reason: non-response.
    refused: BTreeMap<&'static str, usize>,
    not_answered: Proportion,
    wrong: Proportion,
}

#[derive(Serialize)]
struct Point {
    threshold: f64,
    /// Of the kind of attack that passes most often.
    apcer: Option<Proportion>,
    bpcer: Proportion,
}

struct Looked {
    name: String,
    measured: Measured<f64>,
    presentations: Presentations,
}

pub(crate) async fn run(options: Options) -> Result<Report> {
    let engine = options.pack.start(options.workers)?;
    let passive = engine.liveness_thresholds().context("this model pack can't judge liveness")?.passive;
    let live = look(&engine, "live", &options.live).await?;
    let mut attacks = Vec::new();
    for (name, folder) in kinds(&options.attack)? {
        attacks.push(look(&engine, &name, &folder).await?);
    }
    if let Some(path) = &options.scores {
        let text = lines(std::iter::once(&live).chain(&attacks))?;
        fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    let threshold = f64::from(passive);
    let point = |threshold| Point {
        threshold,
        apcer: worst(attacks.iter().map(|kind| kind.presentations.taken_as_live(threshold))),
        bpcer: live.presentations.taken_as_attack(threshold),
    };
    Ok(Report {
        model_pack: engine.versions().pack.clone(),
        operating_point: point(threshold),
        thresholds: (0..=STEPS).map(|step| point(f64::from(step) / f64::from(STEPS))).collect(),
        live: live.kind(live.presentations.taken_as_attack(threshold)),
        attacks: attacks.iter().map(|kind| kind.kind(kind.presentations.taken_as_live(threshold))).collect(),
    })
}

/// Every picture of `folder`; one that a capture's gate refuses gets no score, as it would in a session.
async fn look(engine: &FaceEngine, name: &str, folder: &Path) -> Result<Looked> {
    let score = async |picture: Bytes| {
        let seen = engine.observe(picture, ObserveOptions { passive: true }).await?;
        match (seen.fault, seen.passive) {
            (Some(fault), _) => Err(EngineError::Capture(fault)),
            // A pack without the net gave up before: `liveness_thresholds`.
            (None, passive) => Ok(passive.map_or(f64::NAN, |scores| f64::from(scores.least()))),
        }
    };
    let measured = pictures(engine, folder, names_in(folder)?, score).await?;
    let scores = measured.found.values().copied().collect();
    let presentations = Presentations::new(scores, measured.refused.len()).context("a score is no number")?;
    Ok(Looked { name: name.to_owned(), measured, presentations })
}

/// A line for each picture, by kind and name.
fn lines<'a>(kinds: impl Iterator<Item = &'a Looked>) -> Result<String> {
    let mut text = "kind,file,score,refused\n".to_owned();
    for Looked { name, measured, .. } in kinds {
        let found: BTreeMap<_, _> = measured.found.iter().collect();
        for (file, score) in found {
            writeln!(text, "{name},{file},{score},")?;
        }
        for (file, reason) in &measured.refused {
            writeln!(text, "{name},{file},,{reason}")?;
        }
    }
    Ok(text)
}

/// The folders of `attack` by name, or itself when it has none.
fn kinds(attack: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut kinds = BTreeMap::new();
    for entry in fs::read_dir(attack).with_context(|| format!("reading {}", attack.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            let name =
                path.file_name().and_then(|name| name.to_str()).context("a folder's name is no text")?;
            kinds.insert(name.to_owned(), path);
        }
    }
    if kinds.is_empty() {
        kinds.insert("attack".to_owned(), attack.to_owned());
    }
    ensure!(!kinds.contains_key("live"), "a folder of attacks can't be called live");
    Ok(kinds)
}

impl Looked {
    fn kind(&self, wrong: Proportion) -> Kind {
        Kind {
            name: self.name.clone(),
            pictures: self.presentations.total(),
            refused: self.measured.reasons(),
            not_answered: self.presentations.not_answered(),
            wrong,
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        writeln!(f, "model pack        {}", self.model_pack)?;
        writeln!(f, "operating point   passive score of at least {:.2}", self.operating_point.threshold)?;
        writeln!(f, "\nlive faces        {} pictures", self.live.pictures)?;
        self.live.write(f, "BPCER", "BPNRR")?;
        for attack in &self.attacks {
            writeln!(f, "\n{:<18}{} pictures of attacks", attack.name, attack.pictures)?;
            attack.write(f, "APCER", "APNRR")?;
        }
        if let (Some(apcer), [_, _, ..]) = (self.operating_point.apcer, self.attacks.as_slice()) {
            writeln!(f, "\nworst kind  APCER {}", percent(apcer))?;
        }
        writeln!(f, "\nthreshold  APCER %  BPCER %")?;
        for point in &self.thresholds {
            let apcer = point.apcer.map_or_else(|| "-".to_owned(), bare_percent);
            writeln!(f, "{:>9.2} {apcer:>8} {:>8}", point.threshold, bare_percent(point.bpcer))?;
        }
        Ok(())
    }
}

impl Kind {
    fn write(&self, f: &mut Formatter<'_>, wrong: &str, silent: &str) -> Written {
        writeln!(f, "            {wrong} {}", percent(self.wrong))?;
        writeln!(f, "            {silent} {}", percent(self.not_answered))?;
        for (reason, count) in &self.refused {
            writeln!(f, "                  {count} {reason}")?;
        }
        Ok(())
    }
}
