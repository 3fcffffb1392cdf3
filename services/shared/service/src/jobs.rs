//! What runs beside the calls, until the process ends.

use std::future::Future;
use std::time::Duration;

use shiming_runtime::Shutdown;
use tokio_util::sync::CancellationToken;

/// Takes a service's jobs. Any number of replicas may run them: each does work that another one's makes needless, not wrong.
#[derive(Clone, Debug)]
pub struct Jobs {
    service: &'static str,
    shutdown: Shutdown,
    pace: Duration,
}

impl Jobs {
    pub(crate) fn new(service: &'static str, shutdown: &Shutdown, pace: Duration) -> Self {
        Self { service, shutdown: shutdown.clone(), pace }
    }

    /// Runs `work` again and again, `pause` (give or take a tenth, so that replicas don't meet) between two; a run under way is finished.
    pub fn every<F, E>(&self, name: &'static str, pause: Duration, work: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = Result<(), E>> + Send,
        E: std::fmt::Debug + Send,
    {
        let stop = self.shutdown.soft();
        self.spawn(name, async move {
            loop {
                let pause = pause.mul_f64(rand::random_range(0.9..1.1));
                if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                    return;
                }
                run(name, work()).await;
            }
        });
    }

    /// Runs `work` as often as `[retention]` says: for what deletes.
    pub fn now_and_then<F, E>(&self, name: &'static str, work: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = Result<(), E>> + Send,
        E: std::fmt::Debug + Send,
    {
        self.every(name, self.pace, work);
    }

    /// As [`every`](Self::every), the first time at once.
    pub fn now_and_every<F, E>(
        &self,
        name: &'static str,
        pause: Duration,
        work: impl Fn() -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: std::fmt::Debug + Send + 'static,
    {
        let first = work();
        self.spawn(name, run(name, first));
        self.every(name, pause, work);
    }

    /// Runs `task`, which watches the token it is given.
    pub fn until_stopped<F: Future<Output = ()> + Send + 'static>(
        &self,
        name: &'static str,
        task: impl FnOnce(CancellationToken) -> F,
    ) {
        self.spawn(name, task(self.shutdown.soft()));
    }

    /// Runs `work` when the process ends; the end waits for it within the grace.
    pub fn at_end(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let soft = self.shutdown.soft();
        self.spawn(name, async move {
            soft.cancelled().await;
            work.await;
        });
    }

    fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.shutdown.spawn(format!("{}.{name}", self.service), task);
    }
}

async fn run<E: std::fmt::Debug>(name: &'static str, work: impl Future<Output = Result<(), E>>) {
    if let Err(error) = work.await {
        tracing::warn!(job = name, error = ?error, "a job failed and goes on next time");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn jobs_go_on_after_failures_and_end_with_the_process() {
        let shutdown = Shutdown::new();
        let jobs = Jobs::new("test", &shutdown, Duration::from_mins(10));
        let (runs, ended) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let (count, last) = (Arc::clone(&runs), Arc::clone(&ended));
        jobs.every("fails", Duration::from_mins(1), move || {
            count.fetch_add(1, Ordering::SeqCst);
            async { Err("always") }
        });
        jobs.at_end("last", async move { last.store(1, Ordering::SeqCst) });
        tokio::time::sleep(Duration::from_secs(150)).await;
        assert_eq!((runs.load(Ordering::SeqCst), ended.load(Ordering::SeqCst)), (2, 0));
        shutdown.begin();
        let finished = shutdown.finish(Duration::ZERO, Duration::from_secs(5)).await;
        assert_eq!((finished.cut.len(), ended.load(Ordering::SeqCst)), (0, 1));
    }
}
