//! `face-eval`: what the face engine's decisions are worth, measured on pictures of one's own.
//!
//!     face-eval pairs  --images DIR [--list images.csv | --pairs pairs.csv]   how often it takes two people for one
//!     face-eval spoof  --live DIR --attack DIR                                how often it takes an attack for a person
//!     face-eval scores FILE                                                   the same figures from another system's scores
//!     face-eval time                                                          one verification after another, timed
//!     face-eval load   --workers 1,2 --images DIR                             pictures per second, memory per worker
//!
//! Pictures are read, measured and forgotten: nothing is written but what is asked for.

mod engine;
mod groups;
mod load;
mod measure;
mod output;
mod pairs;
mod report;
mod scores;
mod spoof;
mod time;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Measures the face engine on pictures of one's own", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print JSON for machines instead of text
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// False accepts and false rejects on pairs of pictures
    Pairs(pairs::Options),
    /// The same figures from a list of scores (a,b,same,score), which any system can write
    Scores(scores::Options),
    /// Attacks taken for live faces and live faces for attacks
    Spoof(spoof::Options),
    /// Time verifications: reads `path TAB path` lines, answers each with a line of JSON
    Time(time::Options),
    /// Throughput and memory by number of workers
    Load(load::Options),
    #[command(hide = true)]
    LoadOnce(load::Once),
}

// One thread is enough: the engine computes on its own.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { command, json } = Arguments::parse();
    match command {
        Command::Pairs(options) => output::write(&pairs::run(options).await?, json),
        Command::Scores(options) => output::write(&scores::run(&options)?, json),
        Command::Spoof(options) => output::write(&spoof::run(options).await?, json),
        Command::Time(options) => time::run(options).await,
        Command::Load(options) => output::write(&load::run(&options)?, json),
        Command::LoadOnce(options) => output::write(&load::once(options).await?, true),
    }
}
