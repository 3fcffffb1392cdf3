//! The frame of every `main`.

use std::fmt::Display;
use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::config::{ProcessConfig, TelemetryConfig};
use crate::{Finished, Shutdown, install_crypto_provider, telemetry};

/// What every binary takes from its command line.
#[derive(Clone, Debug, Default, Parser)]
pub struct Arguments {
    /// TOML file that overrides the built-in defaults; the environment (`SHIMING_<SERVICE>__<KEY>`) overrides both.
    #[arg(long, env = "SHIMING_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Read and check the configuration, then stop.
    #[arg(long)]
    pub check_config: bool,
}

impl Arguments {
    /// Reads the command line; prints help or a complaint and ends the process as clap does.
    pub fn read() -> Self {
        Self::parse()
    }
}

/// Runs `service` on a tokio runtime with telemetry and signals, until it ends by itself with an error or is told to stop; then
/// leads the shutdown and flushes telemetry. `service` either serves until soft, or starts its tasks through the [`Shutdown`] and returns.
pub fn run<F, E>(
    name: &'static str,
    process: ProcessConfig,
    telemetry: &TelemetryConfig,
    service: impl FnOnce(Shutdown) -> F,
) -> ExitCode
where
    F: Future<Output = Result<(), E>>,
    E: Display,
{
    install_crypto_provider();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(process.worker_threads)
        .thread_name(name)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return complain(name, &error),
    };
    runtime.block_on(async {
        let guard = match telemetry::init(telemetry, name) {
            Ok(guard) => guard,
            Err(error) => return complain(name, &error),
        };
        let finished = lead(process, service).await;
        let code = report(&finished);
        guard.shutdown().await;
        code
    })
}

/// Says at start why a process can't run, before or without a log, and gives the exit code for it.
pub fn complain(name: &str, error: &dyn Display) -> ExitCode {
    use std::io::Write as _;
    // Nothing is left to tell about a standard error that can't be written to.
    drop(writeln!(std::io::stderr(), "{name}: {error}"));
    ExitCode::FAILURE
}

async fn lead<F, E>(process: ProcessConfig, service: impl FnOnce(Shutdown) -> F) -> Finished
where
    F: Future<Output = Result<(), E>>,
    E: Display,
{
    let shutdown = Shutdown::new();
    if let Err(error) = shutdown.on_signal() {
        shutdown.fail(format!("signals: {error}"));
    }
    let work = service(shutdown.clone());
    let work = shutdown.track("service", async {
        if let Err(error) = work.await {
            shutdown.fail(format!("{error:#}"));
        }
    });
    let end = shutdown.finish(process.drain_delay.get(), process.grace.get());
    let ((), finished) = tokio::join!(work, end);
    finished
}

fn report(finished: &Finished) -> ExitCode {
    if !finished.cut.is_empty() {
        tracing::warn!(tasks = ?finished.cut, "cut at the end of the grace");
    }
    if let Some(failure) = &finished.failure {
        tracing::error!(%failure, "ended");
        ExitCode::FAILURE
    } else {
        tracing::info!("ended");
        ExitCode::SUCCESS
    }
}
