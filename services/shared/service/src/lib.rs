//! The frame around every service: what is the same in all of them stands here once, so that a service's `lib.rs` says what it owns and
//! nothing else.
//!
//! ```text
//! main::<S>() ─▶ config (default ← file ← environment, checked) ─▶ Frame (keys, store, cache, channels) ─▶ S::build
//!                    ─▶ server: S::mount, audit verification, readiness ─▶ S::jobs, relay of events, retention
//! ```
//! A service implements [`Service`]. [`main`] runs it as a process of its own; the all-in-one and tests [`open`](Opened::open) it and
//! put it on a server of theirs.

mod audit;
mod config;
mod events;
mod frame;
mod jobs;
mod opened;
mod readiness;

use std::process::ExitCode;
use std::sync::Arc;

use shiming_kernel::SystemClock;
use shiming_rpc::{Listeners, ServerBuilder, SessionResolver};
use shiming_runtime::Shutdown;
use shiming_runtime::process::{self, Arguments};
use shiming_store::MigratorTrait;

pub use audit::AuditApi;
pub use config::{Config, ConfigOf, Settings, load, load_over};
pub use events::MessagingSink;
pub use frame::Frame;
pub use jobs::Jobs;
pub use opened::{Opened, all_ready};
pub use shiming_rpc::NoSessions;

/// The one service that knows sessions.
pub(crate) const IDENTITY: &str = "identity";
/// The one service that takes events.
pub(crate) const MESSAGING: &str = "messaging";

/// A service of this system.
pub trait Service: Sized + Send + Sync + 'static {
    /// The name by which others know it: of its process, its spans, its certificate, its keys and its environment.
    const NAME: &'static str;
    /// The checked-in defaults, `config/default.toml`. One without `[cache]` has no cache.
    const DEFAULT: &'static str;
    /// The services it calls, by name; `[peers]` holds exactly these. Events of one that calls messaging are relayed there.
    const PEERS: &'static [&'static str];
    /// The domain of its store's seal: another than its name only where rows are sealed in it already.
    const SEAL: &'static str = Self::NAME;
    /// Its own sections.
    type Settings: Settings;
    /// Its tables, the shared ones among them.
    type Migrations: MigratorTrait;

    /// Puts it together. The store is open and migrated; other services need not be up yet.
    fn build(own: &Self::Settings, frame: &Frame) -> impl Future<Output = anyhow::Result<Self>> + Send;

    /// Adds what it serves to a server.
    #[must_use]
    fn mount(&self, server: ServerBuilder) -> ServerBuilder;

    /// Names what runs beside the calls. Relay and retention run by themselves.
    fn jobs(self: &Arc<Self>, jobs: &Jobs);

    /// Who tells whose session a token opens: identity, where it is a peer, else nobody.
    fn sessions(self: &Arc<Self>, frame: &Frame) -> anyhow::Result<Arc<dyn SessionResolver>> {
        frame.remote_sessions()
    }
}

/// A whole process: arguments, configuration, telemetry, the service on its sockets, an end in order.
pub fn main<S: Service>() -> ExitCode {
    let arguments = Arguments::read();
    let config = match load::<S>(arguments.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return process::complain(S::NAME, &error),
    };
    if arguments.check_config {
        return ExitCode::SUCCESS;
    }
    let (own, telemetry) = (config.process, config.telemetry.clone());
    process::run(S::NAME, own, &telemetry, |shutdown| run::<S>(config, shutdown))
}

/// Returns when everything is started.
async fn run<S: Service>(config: ConfigOf<S>, shutdown: Shutdown) -> anyhow::Result<()> {
    let service = Opened::<S>::open(&config, SystemClock::shared(), &shutdown).await?;
    let listeners = Listeners::bind(&config.listen).await?;
    service.serve(listeners)?;
    Ok(())
}
