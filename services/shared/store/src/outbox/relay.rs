//! Carries committed events to the sink for as long as the process lives.
//!
//! Woken by every commit with events in this process, and by a slow poll for those of others and of the past. A sink that can't be
//! reached slows the whole relay down; one that refuses a batch gets its keys one by one, and only the refused ones wait.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DbBackend;
use serde::Deserialize;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;
use tracing::subscriber::NoSubscriber;

use super::claim::{self, Run};
use super::{DeliveryError, EventSink, delivery, trace};
use crate::error::StoreError;
use crate::store::{Store, jittered};

const LAG_REPORT_EVERY: Duration = Duration::from_secs(30);

/// How the relay paces itself. All times in milliseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RelayConfig {
    /// The most events of one delivery.
    pub batch: u32,
    /// How often it looks for events nobody woke it for.
    pub poll_interval_ms: u64,
    /// After which a delivery counts as failed.
    pub deliver_timeout_ms: u64,
    /// After which another relay may take over what this one claimed; longer than a delivery can take.
    pub lease_ms: u64,
    /// The first pause after a failure; it doubles with every further one.
    pub backoff_base_ms: u64,
    /// The longest pause.
    pub backoff_cap_ms: u64,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            batch: 64,
            poll_interval_ms: 1_000,
            deliver_timeout_ms: 5_000,
            lease_ms: 10_000,
            backoff_base_ms: 100,
            backoff_cap_ms: 15_000,
        }
    }
}

impl RelayConfig {
    /// Between half and all of `base · 2^failures`, at most the cap.
    fn pause(&self, failures: u32) -> Duration {
        let grown = self.backoff_base_ms.saturating_mul(2_u64.saturating_pow(failures));
        jittered(Duration::from_millis(grown.min(self.backoff_cap_ms)))
    }

    fn lease(&self) -> Duration {
        // A lease that ends while its delivery still runs would let a second relay overtake the first.
        Duration::from_millis(self.lease_ms.max(self.deliver_timeout_ms.saturating_mul(2)))
    }
}

/// Delivers one store's outbox to one sink. Any number of replicas may run one.
pub struct Relay {
    store: Store,
    sink: Arc<dyn EventSink>,
    config: RelayConfig,
}

/// What one look at the outbox came to.
enum Turn {
    Idle,
    Delivered,
    Unavailable,
}

impl Relay {
    /// A relay that starts with [`run`](Self::run).
    pub fn new(store: Store, sink: Arc<dyn EventSink>, config: RelayConfig) -> Self {
        Self { store, sink, config }
    }

    /// Delivers until `stop`; a delivery under way is finished first.
    pub async fn run(self, stop: CancellationToken) {
        if self.store.backend() == DbBackend::Sqlite
            && let Err(error) = claim::forget_claims(&self.store).await
        {
            tracing::warn!(%error, "outbox claims of the last run stay until they expire");
        }
        let mut failures = 0;
        let mut reported = Instant::now();
        while !stop.is_cancelled() {
            let pause = match self.turn().await {
                Ok(Turn::Delivered) => {
                    failures = 0;
                    continue;
                }
                Ok(Turn::Idle) => None,
                Ok(Turn::Unavailable) => Some(self.config.pause(failures)),
                Err(error) => {
                    tracing::warn!(error = ?error, "outbox not readable");
                    Some(self.config.pause(failures))
                }
            };
            if reported.elapsed() >= LAG_REPORT_EVERY {
                reported = Instant::now();
                self.report_lag().await;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.wait(pause) => {}
            }
            failures = if pause.is_some() { failures.saturating_add(1) } else { 0 };
        }
    }

    /// Claims and delivers one batch now. For tests and for an operator's "deliver now"; answers how many events went.
    pub async fn deliver_once(&self) -> Result<usize, StoreError> {
        let runs = self.claim().await?;
        let count = runs.iter().map(|run| run.rows.len()).sum();
        Ok(if matches!(self.deliver(runs).await?, Turn::Delivered) { count } else { 0 })
    }

    async fn wait(&self, pause: Option<Duration>) {
        if let Some(pause) = pause {
            // A sink that is down isn't asked more often because more is committed.
            tokio::time::sleep(pause).await;
        } else {
            let poll = jittered(Duration::from_millis(self.config.poll_interval_ms));
            let _woken_or_not = timeout(poll, self.store.outbox_signal().notified()).await;
        }
    }

    async fn turn(&self) -> Result<Turn, StoreError> {
        let runs = self.claim().await?;
        self.deliver(runs).await
    }

    /// Without a subscriber: a poll every second would fill the traces with its own spans.
    async fn claim(&self) -> Result<Vec<Run>, StoreError> {
        let limit = u64::from(self.config.batch.max(1));
        claim::claim(&self.store, limit, self.config.lease()).with_subscriber(NoSubscriber::default()).await
    }

    async fn deliver(&self, runs: Vec<Run>) -> Result<Turn, StoreError> {
        if runs.is_empty() {
            return Ok(Turn::Idle);
        }
        let span = trace::span(&runs);
        self.deliver_in_span(runs).instrument(span).await
    }

    async fn deliver_in_span(&self, runs: Vec<Run>) -> Result<Turn, StoreError> {
        match self.attempt(&runs).await {
            Ok(()) => {
                claim::delivered(&self.store, &runs).await?;
                Ok(Turn::Delivered)
            }
            Err(error @ DeliveryError::Unavailable(_)) => {
                complain(&runs, &error);
                claim::release(&self.store, &runs, |_attempts| Duration::ZERO).await?;
                Ok(Turn::Unavailable)
            }
            Err(DeliveryError::Refused(_)) if runs.len() > 1 => self.one_by_one(runs).await,
            Err(error @ DeliveryError::Refused(_)) => {
                complain(&runs, &error);
                claim::release(&self.store, &runs, |attempts| self.config.pause(attempts)).await?;
                Ok(Turn::Idle)
            }
        }
    }

    async fn one_by_one(&self, runs: Vec<Run>) -> Result<Turn, StoreError> {
        let mut turn = Turn::Idle;
        let mut runs = runs.into_iter();
        while let Some(run) = runs.next() {
            match Box::pin(self.deliver(vec![run])).await? {
                Turn::Delivered => turn = Turn::Delivered,
                Turn::Idle => {}
                Turn::Unavailable => {
                    let rest: Vec<Run> = runs.collect();
                    claim::release(&self.store, &rest, |_attempts| Duration::ZERO).await?;
                    return Ok(Turn::Unavailable);
                }
            }
        }
        Ok(turn)
    }

    async fn attempt(&self, runs: &[Run]) -> Result<(), DeliveryError> {
        let mut events = Vec::new();
        for run in runs {
            let attempts = run.head().map_or(0, |head| head.attempts);
            for row in &run.rows {
                let opened = delivery(row.clone(), self.store.sealer(), attempts);
                events.push(opened.map_err(|error| DeliveryError::Refused(error.into()))?);
            }
        }
        let limit = Duration::from_millis(self.config.deliver_timeout_ms);
        match timeout(limit, self.sink.deliver(events)).await {
            Ok(result) => result,
            Err(elapsed) => Err(DeliveryError::Unavailable(elapsed.into())),
        }
    }

    async fn report_lag(&self) {
        if let Ok(lag) = claim::lag(&self.store).with_subscriber(NoSubscriber::default()).await
            && lag.pending > 0
        {
            let lag_ms = u64::try_from(lag.oldest.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(outbox.pending = lag.pending, outbox.lag_ms = lag_ms, "outbox lag");
        }
    }
}

fn complain(runs: &[Run], error: &DeliveryError) {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let attempts = runs.iter().filter_map(Run::head).map(|head| head.attempts).max().unwrap_or_default() + 1;
    tracing::warn!(outbox.keys = runs.len(), attempts, %error, cause, "events not delivered, trying again later");
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay").field("config", &self.config).finish_non_exhaustive()
    }
}
