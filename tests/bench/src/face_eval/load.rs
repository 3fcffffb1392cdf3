//! `face-eval load`: pictures per second and memory, by number of workers.
//!
//! Every measurement is a process of its own, so that none inherits the memory of another; the numbers of workers take turns, so
//! that a slow minute of the machine meets all of them.

use std::fmt::{Display, Formatter, Result as Written};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use clap::Args;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use shiming_face_engine::{EngineError, FaceEngine};

use crate::engine::Pack;
use crate::measure::{names_in, read, read_text};

/// Pictures waiting for each worker while it computes.
const AHEAD: usize = 2;

#[derive(Args)]
pub(crate) struct Options {
    /// Numbers of workers to compare; the first is the measure
    #[arg(long, value_delimiter = ',', default_value = "1,2")]
    workers: Vec<usize>,
    /// How often each is measured
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    #[command(flatten)]
    work: Work,
}

#[derive(Args, Clone)]
pub(crate) struct Work {
    /// Folder of pictures to measure, over and over
    #[arg(long)]
    images: PathBuf,
    /// Length of one measurement in seconds
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    #[command(flatten)]
    pack: Pack,
}

#[derive(Args)]
pub(crate) struct Once {
    #[arg(long)]
    workers: usize,
    #[command(flatten)]
    work: Work,
}

/// One measurement.
#[derive(Serialize, Deserialize)]
pub(crate) struct Sample {
    pictures_per_second: f64,
    /// Resident memory once started, and after the load, in KiB.
    started_kib: u64,
    loaded_kib: u64,
}

/// The medians of all rounds.
#[derive(Serialize)]
pub(crate) struct Report {
    rounds: usize,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    workers: usize,
    pictures_per_second: f64,
    /// Throughput as a multiple of the first row's.
    speed_up: f64,
    started_mib: f64,
    loaded_mib: f64,
    /// Memory after the load beyond the first row's, by worker beyond the first row's.
    mib_per_extra_worker: Option<f64>,
}

pub(crate) fn run(options: &Options) -> Result<Report> {
    ensure!(options.rounds > 0 && !options.workers.is_empty(), "nothing to measure");
    let mut samples: Vec<Vec<Sample>> = options.workers.iter().map(|_| Vec::new()).collect();
    for _ in 0..options.rounds {
        for (workers, samples) in options.workers.iter().zip(&mut samples) {
            samples.push(options.work.apart(*workers)?);
        }
    }
    let medians =
        |of: fn(&Sample) -> f64| samples.iter().map(|s| median(s.iter().map(of))).collect::<Vec<_>>();
    let speed = medians(|sample| sample.pictures_per_second);
    let (started, loaded) =
        (medians(|sample| mib(sample.started_kib)), medians(|sample| mib(sample.loaded_kib)));
    let row = |at: usize| Row {
        workers: options.workers[at],
        pictures_per_second: speed[at],
        speed_up: speed[at] / speed[0],
        started_mib: started[at],
        loaded_mib: loaded[at],
        mib_per_extra_worker: options.workers[at]
            .checked_sub(options.workers[0])
            .filter(|extra| *extra > 0)
            .map(|extra| (loaded[at] - loaded[0]) / count(extra)),
    };
    Ok(Report { rounds: options.rounds, rows: (0..options.workers.len()).map(row).collect() })
}

/// The measurement of [`Work::apart`], in its own process.
pub(crate) async fn once(options: Once) -> Result<Sample> {
    let Once { workers, work } = options;
    let engine = work.pack.start(workers)?;
    let names = names_in(&work.images)?;
    let pictures: Vec<Bytes> =
        names.iter().map(|name| read(&work.images.join(name))).collect::<Result<_>>()?;
    let started_kib = resident_kib()?;
    for picture in &pictures {
        answer(&engine, picture.clone()).await?;
    }
    let began = Instant::now();
    let end = began + Duration::try_from_secs_f64(work.seconds)?;
    let caller = async |first: usize| {
        let mut done = 0_usize;
        while Instant::now() < end {
            answer(&engine, pictures[(first + done) % pictures.len()].clone()).await?;
            done += 1;
        }
        Ok::<_, EngineError>(done)
    };
    let done: usize = try_join_all((0..AHEAD * workers).map(caller)).await?.into_iter().sum();
    let pictures_per_second = count(done) / began.elapsed().as_secs_f64();
    Ok(Sample { pictures_per_second, started_kib, loaded_kib: resident_kib()? })
}

impl Work {
    fn apart(&self, workers: usize) -> Result<Sample> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([
            "load-once",
            "--workers",
            &workers.to_string(),
            "--seconds",
            &self.seconds.to_string(),
        ]);
        command.arg("--images").arg(&self.images).arg("--models").arg(&self.pack.models);
        if let Some(manifest) = &self.pack.manifest {
            command.arg("--manifest").arg(manifest);
        }
        let output = command.output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// A refused picture is work as well.
async fn answer(engine: &FaceEngine, picture: Bytes) -> Result<(), EngineError> {
    match engine.template_of_reference(picture).await {
        Ok(_) | Err(EngineError::Capture(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn resident_kib() -> Result<u64> {
    let status = read_text("/proc/self/status".as_ref())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = ((values.len() - 1) / 2, values.len() / 2);
    f64::midpoint(values[low], values[high])
}

#[expect(clippy::cast_precision_loss, reason = "memory stays far below 2^52 KiB")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

impl Display for Sample {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        writeln!(f, "{:.1} pictures/s", self.pictures_per_second)
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        writeln!(f, "medians of {} rounds", self.rounds)?;
        writeln!(f, "workers  pictures/s  speed-up  started MiB  loaded MiB  MiB per extra worker")?;
        for row in &self.rows {
            let extra = row.mib_per_extra_worker.map_or_else(|| "-".to_owned(), |mib| format!("{mib:.1}"));
            writeln!(
                f,
                "{:>7} {:>11.1} {:>9.2} {:>12.1} {:>11.1} {extra:>21}",
                row.workers, row.pictures_per_second, row.speed_up, row.started_mib, row.loaded_mib
            )?;
        }
        Ok(())
    }
}
