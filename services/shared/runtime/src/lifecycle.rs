//! Starting tasks and ending them in order: not ready → drain → soft → hard → end.
//!
//! Soft asks (stop accepting, end loops at the next turn), hard cuts (a task's future is dropped). Nothing waits for a peer beyond the
//! grace: a client that holds a connection open and says nothing does not hold up a rolling restart.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A task's name.
type Name = Cow<'static, str>;

/// The process's life, shared by everything that runs in it.
#[derive(Clone, Debug, Default)]
pub struct Shutdown(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    begun: CancellationToken,
    soft: CancellationToken,
    hard: CancellationToken,
    tracker: TaskTracker,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    running: BTreeMap<u64, Name>,
    failure: Option<String>,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Tasks that had to be cut, by name.
    pub cut: Vec<Cow<'static, str>>,
    /// Why it ended, when an essential task failed.
    pub failure: Option<String>,
}

impl Shutdown {
    /// A process that runs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins the end at SIGTERM or SIGINT; a second signal cuts at once.
    #[expect(
        clippy::disallowed_methods,
        reason = "signals are heard to the very end: nothing waits for this task"
    )]
    pub fn on_signal(&self) -> std::io::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = self.clone();
        tokio::spawn(async move {
            for first in [true, false] {
                let name = tokio::select! {
                    _ = terminate.recv() => "SIGTERM",
                    _ = interrupt.recv() => "SIGINT",
                };
                tracing::info!(signal = name, "stopping");
                shutdown.begin();
                if !first {
                    shutdown.0.soft.cancel();
                    shutdown.0.hard.cancel();
                }
            }
        });
        Ok(())
    }

    /// Cancelled first: say `NOT_SERVING`, but go on serving.
    pub fn begun(&self) -> CancellationToken {
        self.0.begun.clone()
    }

    /// Cancelled after the drain delay: accept nothing new, end what runs.
    pub fn soft(&self) -> CancellationToken {
        self.0.soft.clone()
    }

    /// Cancelled after the grace: everything is dropped.
    pub fn hard(&self) -> CancellationToken {
        self.0.hard.clone()
    }

    /// Runs a task that [`finish`](Self::finish) waits for. At hard its future is dropped, so it needs to watch only soft.
    pub fn spawn(&self, name: impl Into<Cow<'static, str>>, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.0.tracker.spawn(self.cut_at_hard(name.into(), task)));
    }

    /// Makes `task` one that [`finish`](Self::finish) waits for, without spawning it: for the process's main future.
    pub(crate) fn track(
        &self,
        name: &'static str,
        task: impl Future<Output = ()>,
    ) -> impl Future<Output = ()> {
        self.0.tracker.track_future(self.cut_at_hard(name.into(), task))
    }

    fn cut_at_hard<F: Future<Output = ()>>(&self, name: Name, task: F) -> impl Future<Output = ()> + use<F> {
        let entry = Entry::new(self, name);
        let hard = self.hard();
        async move {
            tokio::select! {
                biased;
                () = task => entry.ended(),
                () = hard.cancelled() => {}
            }
        }
    }

    /// Like [`spawn`](Self::spawn), for a task the process is pointless without: its error begins the end of the process.
    pub fn spawn_essential<E: Display>(
        &self,
        name: &'static str,
        task: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let shutdown = self.clone();
        self.spawn(name, async move {
            if let Err(error) = task.await {
                tracing::error!(task = name, %error, "essential task failed");
                shutdown.fail(format!("{name}: {error}"));
            }
        });
    }

    /// Begins the end because of a failure; the first one is reported.
    pub fn fail(&self, why: String) {
        self.state().failure.get_or_insert(why);
        self.begin();
    }

    /// Begins the end: what watches [`begun`](Self::begun) says `NOT_SERVING`.
    pub fn begin(&self) {
        self.0.begun.cancel();
    }

    /// Waits for the end to begin, then leads it: `drain`, soft, at most `grace`, hard. Returns when every task is gone.
    pub async fn finish(&self, drain: Duration, grace: Duration) -> Finished {
        self.0.begun.cancelled().await;
        tokio::select! {
            () = tokio::time::sleep(drain) => {}
            () = self.0.hard.cancelled() => {}
        }
        self.0.soft.cancel();
        self.0.tracker.close();
        tokio::select! {
            () = self.0.tracker.wait() => {}
            () = tokio::time::sleep(grace) => {}
            () = self.0.hard.cancelled() => {}
        }
        let cut: Vec<_> = self.state().running.values().cloned().collect();
        self.0.hard.cancel();
        self.0.tracker.wait().await;
        Finished { cut, failure: self.state().failure.take() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running task's place in the list; leaves it when dropped, and says so if the task panicked.
struct Entry {
    shutdown: Shutdown,
    id: u64,
    name: Name,
}

impl Entry {
    fn new(shutdown: &Shutdown, name: Name) -> Self {
        let mut state = shutdown.state();
        let id = state.next;
        state.next += 1;
        state.running.insert(id, name.clone());
        drop(state);
        Self { shutdown: shutdown.clone(), id, name }
    }

    /// Consumes the entry at the task's own end; dropping does the rest.
    fn ended(self) {
        drop(self);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.shutdown.state().running.remove(&self.id);
        if std::thread::panicking() {
            tracing::error!(task = %self.name, "task panicked");
            self.shutdown.fail(format!("{}: panicked", self.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::time::Instant;

    const DRAIN: Duration = Duration::from_secs(5);
    const GRACE: Duration = Duration::from_secs(20);

    #[tokio::test(start_paused = true)]
    async fn ends_in_order_and_cuts_what_does_not_listen() {
        let shutdown = Shutdown::new();
        shutdown.spawn("deaf", pending());
        let soft = shutdown.soft();
        shutdown.spawn("polite", async move { soft.cancelled().await });
        let start = Instant::now();
        shutdown.begin();
        let watched = shutdown.clone();
        let (finished, soft_after) = tokio::join!(shutdown.finish(DRAIN, GRACE), async move {
            watched.soft().cancelled().await;
            start.elapsed()
        });
        assert_eq!(soft_after, DRAIN);
        assert_eq!(start.elapsed(), DRAIN + GRACE);
        assert_eq!(finished, Finished { cut: vec!["deaf".into()], failure: None });
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_use_up_the_grace_when_all_are_gone() {
        let shutdown = Shutdown::new();
        let ended = Arc::new(AtomicUsize::new(0));
        let (soft, count) = (shutdown.soft(), ended.clone());
        shutdown.spawn("work", async move {
            soft.cancelled().await;
            tokio::time::sleep(Duration::from_secs(3)).await;
            count.fetch_add(1, Ordering::SeqCst);
        });
        let start = Instant::now();
        shutdown.begin();
        let finished = shutdown.finish(Duration::ZERO, GRACE).await;
        assert_eq!((start.elapsed(), ended.load(Ordering::SeqCst)), (Duration::from_secs(3), 1));
        assert_eq!(finished.cut, Vec::<&str>::new());
    }

    #[tokio::test(start_paused = true)]
    async fn a_failing_essential_task_ends_the_process() {
        let shutdown = Shutdown::new();
        shutdown.spawn_essential("grpc", async { Err("address in use") });
        let finished = shutdown.finish(DRAIN, GRACE).await;
        assert_eq!(finished.failure.as_deref(), Some("grpc: address in use"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_ends_the_process() {
        let shutdown = Shutdown::new();
        shutdown.spawn("relay", async { panic!("boom") });
        let finished = shutdown.finish(DRAIN, GRACE).await;
        assert_eq!(finished.failure.as_deref(), Some("relay: panicked"));
    }
}
