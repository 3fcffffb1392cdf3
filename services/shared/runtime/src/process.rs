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
        .worker_threads(process.workers())
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[tokio::test(start_paused = true)]
    async fn a_service_that_fails_ends_the_process_with_its_reason() {
        let finished = lead(ProcessConfig::default(), |_| async { Err("database is away") }).await;
        assert_eq!(finished.failure.as_deref(), Some("database is away"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_serves_until_soft_is_not_dropped_before() {
        let ended = Arc::new(AtomicBool::new(false));
        let told = ended.clone();
        let service = |shutdown: Shutdown| async move {
            shutdown.begin();
            shutdown.soft().cancelled().await;
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
            told.store(true, Ordering::SeqCst);
            Ok::<_, String>(())
        };
        let finished = lead(ProcessConfig::default(), service).await;
        assert!(ended.load(Ordering::SeqCst));
        assert_eq!(finished, Finished { cut: vec![], failure: None });
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_never_ends_is_cut() {
        let service = |shutdown: Shutdown| async move {
            shutdown.begin();
            std::future::pending::<Result<(), String>>().await
        };
        assert_eq!(lead(ProcessConfig::default(), service).await.cut, ["service"]);
    }
}
