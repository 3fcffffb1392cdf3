//! Deletes what need not be kept: answered requests after a day, delivered events after a week.
//!
//! In small transactions, oldest first: no long locks, and a job that is stopped goes on where it was.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SimpleExpr};
use sea_orm::{EntityTrait, QueryFilter as _};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::entities::{idempotency, outbox};
use crate::error::StoreError;
use crate::store::{Store, jittered};

const BETWEEN_CHUNKS: Duration = Duration::from_millis(20);

/// What is kept for how long.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    /// Minutes between two runs.
    pub every_minutes: u64,
    /// Hours an answer is kept for repeats of its request.
    pub answers_hours: u32,
    /// Days a delivered event is kept.
    pub delivered_days: u32,
    /// Rows of one transaction.
    pub chunk: u32,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self { every_minutes: 10, answers_hours: 24, delivered_days: 7, chunk: 500 }
    }
}

/// What one run deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Idempotency records.
    pub answers: u64,
    /// Delivered events.
    pub events: u64,
}

/// The job over the shared tables. Any number of replicas may run one.
#[derive(Debug)]
pub struct Retention {
    store: Store,
    config: RetentionConfig,
}

impl Retention {
    /// A job that starts with [`run`](Self::run).
    pub fn new(store: Store, config: RetentionConfig) -> Self {
        Self { store, config }
    }

    /// Purges now and then until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let every = Duration::from_mins(Ord::max(self.config.every_minutes, 1));
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(jittered(every)) => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                purged = self.purge() => match purged {
                    Ok(purged) => tracing::info!(purged.answers, purged.events, "retention"),
                    Err(error) => tracing::warn!(error = ?error, "retention will go on next time"),
                }
            }
        }
    }

    /// Deletes everything that is old enough, chunk by chunk.
    pub async fn purge(&self) -> Result<Purged, StoreError> {
        use idempotency::Column as Answer;
        use outbox::Column as Event;
        let Self { store, config } = self;
        let now = store.now();
        let answers = Expired {
            key: &[Answer::Scope, Answer::RequestId],
            time: Answer::CreateTime,
            before: now - TimeDelta::hours(config.answers_hours.into()),
        };
        let events = Expired {
            key: &[Event::Seq],
            time: Event::DeliveredTime,
            before: now - TimeDelta::days(config.delivered_days.into()),
        };
        Ok(Purged {
            answers: delete_expired::<idempotency::Entity>(store, "purge_answers", &answers, config.chunk)
                .await?,
            events: delete_expired::<outbox::Entity>(store, "purge_events", &events, config.chunk).await?,
        })
    }
}

/// Which rows of a table have had their time. Needs an index on `time`.
#[derive(Clone, Copy, Debug)]
pub struct Expired<'a, C> {
    /// The primary key's columns.
    pub key: &'a [C],
    /// The column that is compared; rows where it is null are kept.
    pub time: C,
    /// Rows older than this go.
    pub before: DateTime<Utc>,
}

/// Deletes expired rows in transactions of `chunk` rows until none is left, and answers how many they were.
pub async fn delete_expired<E: EntityTrait>(
    store: &Store,
    op: &'static str,
    expired: &Expired<'_, E::Column>,
    chunk: u32,
) -> Result<u64, StoreError> {
    let chunk = Ord::max(chunk, 1);
    let mut total = 0;
    loop {
        let deleted = store.retry(op, || delete_chunk::<E>(store, op, expired, chunk)).await?;
        total += deleted;
        if deleted < u64::from(chunk) {
            return Ok(total);
        }
        tokio::time::sleep(BETWEEN_CHUNKS).await;
    }
}

async fn delete_chunk<E: EntityTrait>(
    store: &Store,
    op: &'static str,
    expired: &Expired<'_, E::Column>,
    chunk: u32,
) -> Result<u64, StoreError> {
    let oldest = Query::select()
        .columns(expired.key.iter().copied())
        .from(E::default())
        .and_where(Expr::col(expired.time).lt(expired.before))
        .order_by(expired.time, Order::Asc)
        .limit(u64::from(chunk))
        .to_owned();
    let key: SimpleExpr = match expired.key {
        [only] => Expr::col(*only),
        several => Expr::tuple(several.iter().map(|column| Expr::col(*column))),
    };
    let tx = store.begin(op).await?;
    let result = E::delete_many().filter(key.in_subquery(oldest)).exec(tx.conn()).await?;
    tx.commit().await?;
    Ok(result.rows_affected)
}
