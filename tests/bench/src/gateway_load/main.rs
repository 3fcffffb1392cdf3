//! `gateway-load`: what a request costs on its way through the gateway, beside the least that such a way can cost.
//!
//!   make bench-gateway                        today's build beside a minimal chain and a bare call
//!   make bench-gateway BASE=folder            and beside an older build's binaries
//!
//! Measured by turns in one run, so that a busy neighbour disturbs all alike: `GetSession` through the five processes on PostgreSQL and
//! Redis with mutual TLS, access log, traces at 1 % and limits on; the same message through axum and tonic without anything around them;
//! and one bare tonic call. Requests a second depend on what else the machine does; CPU time per request hardly does.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench ends with what it can't do without, and prints"
)]

mod load;
mod minimal;
mod person;
mod report;
mod subject;
mod usage;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use shiming_testkit::OtlpReceiver;

use load::Load;
use report::{Report, Row};
use subject::Subject;

#[derive(Debug, Parser)]
#[command(about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures everything by turns.
    Measure(Measure),
    /// The minimal service, as a process of its own.
    MinimalService { listen: std::net::SocketAddr },
    /// The minimal gateway before it.
    MinimalEdge { listen: std::net::SocketAddr, service: String },
}

#[derive(Clone, Debug, Args)]
struct Measure {
    /// An older build's binaries, to be measured beside today's.
    #[arg(long)]
    base: Option<PathBuf>,
    /// Today's binaries; without it those beside this program.
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// How often everything is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long each turn lasts.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Connections (or concurrent calls), each with one request at a time.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// The request, such as `GET /api/session`; without it the first known one that the gateway answers.
    #[arg(long)]
    request: Option<String>,
    /// Settings of today's processes on top, such as `gateway:PROCESS__WORKER_THREADS=2`.
    #[arg(long)]
    set: Vec<String>,
    /// Measures only these, by name.
    #[arg(long)]
    only: Vec<String>,
    /// Also writes every turn's figures to this file.
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() {
    let command = Arguments::parse().command;
    runtime().block_on(async {
        match command {
            Command::Measure(measure) => run_measure(&measure).await,
            Command::MinimalService { listen } => minimal::serve(listen).await,
            Command::MinimalEdge { listen, service } => minimal::edge(listen, service).await,
        }
    });
}

/// As everybody's `#[tokio::main]` has it.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

async fn run_measure(measure: &Measure) {
    let report = take_turns(measure).await;
    println!("{}", report.table());
    if let Some(file) = &measure.json {
        std::fs::write(file, report.json()).unwrap();
    }
}

async fn take_turns(measure: &Measure) -> Report {
    let collector = OtlpReceiver::start().await;
    let subjects = Subject::all(measure, collector.endpoint()).await;
    let mut report = Report::default();
    for round in 1..=measure.rounds {
        for subject in &subjects {
            let load =
                Load { connections: measure.connections, length: Duration::from_secs(measure.seconds) };
            let row = one_turn(subject, &load).await;
            eprintln!("round {round}: {row}");
            report.add(row);
        }
    }
    report
}

async fn one_turn(subject: &Subject, load: &Load) -> Row {
    let warm = Load { length: Duration::from_millis(500), ..load.clone() };
    subject.load(&warm).await;
    let before = subject.usage();
    let done = subject.load(load).await;
    let after = subject.usage();
    Row::new(subject.name, &done, &before, &after)
}
