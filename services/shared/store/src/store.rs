//! The handle every service holds on its database.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rand::Rng as _;
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};
use sea_orm_migration::MigratorTrait;
use shiming_crypto::Sealer;
use shiming_kernel::SharedClock;
use tokio::sync::Notify;
use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;

use crate::config::StoreConfig;
use crate::connect::{self, Pools};
use crate::error::StoreError;
use crate::page::PageTokens;
use crate::tx::Tx;

const ATTEMPTS: u32 = 8;
/// One number for "migrations of a Shiming database": replicas that start together take turns.
const MIGRATION_LOCK: i64 = 0x0053_4849_4d49_4e47;

/// A database, its clock and its keys. Cheap to clone.
///
/// Reads go through [`reader`](Self::reader). Every write goes through [`begin`](Self::begin), so that audit rows, events and
/// the idempotency record commit with it. On SQLite there is one writer connection (`BEGIN IMMEDIATE`, synchronous FULL) and
/// the readers refuse to write; on PostgreSQL both share one pool at READ COMMITTED.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    pools: Pools,
    config: StoreConfig,
    clock: SharedClock,
    sealer: Sealer,
    outbox: Notify,
}

/// An error that may hold a [`StoreError`], so that [`Store::retry`] can tell whether to try again.
pub trait AsStoreError {
    /// The store's error inside, if that is what this is.
    fn store_error(&self) -> Option<&StoreError>;
}

impl AsStoreError for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

impl Store {
    /// Opens the pools. PostgreSQL must answer within `acquire_timeout_ms`; an SQLite file and its folder are created.
    pub async fn connect(
        config: &StoreConfig,
        clock: SharedClock,
        sealer: Sealer,
    ) -> Result<Self, StoreError> {
        if let Some(problem) = config.problems().into_iter().next() {
            return Err(StoreError::Config(problem));
        }
        let pools = connect::open(config).await?;
        Ok(Self(Arc::new(Inner { pools, config: config.clone(), clock, sealer, outbox: Notify::new() })))
    }

    /// Applies what is missing of `M`'s migrations. Replicas starting together take turns.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<(), StoreError> {
        let Some(connection) = connect::for_migrations(&self.0.config).await? else {
            return Ok(M::up(&self.0.pools.writer, None).await?);
        };
        #[expect(clippy::disallowed_methods, reason = "holds an advisory lock, changes nothing")]
        let turn = connection.begin().await?;
        turn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
        M::up(&connection, None).await?;
        turn.commit().await?;
        connection.close().await?;
        Ok(())
    }

    /// For statements that only read. Each sees what is committed at its start.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.0.pools.reader
    }

    /// Starts a transaction that may write. `op` names it in logs: `decide_application`.
    pub async fn begin(&self, op: &'static str) -> Result<Tx, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        // In a task of its own: the driver forgets a BEGIN that is on the way when its future is dropped, and would lend the connection on
        // inside that transaction (sqlx #4393). Here it ends, and what nobody waits for any more is rolled back.
        let writer = self.0.pools.writer.clone();
        let begun = async move { writer.begin_with_options(options).await };
        #[expect(
            clippy::disallowed_methods,
            reason = "ends within the pool's patience, and what it began is undone"
        )]
        let begun = tokio::spawn(begun.with_current_subscriber().in_current_span());
        // The pool gives up by itself; the margin is for a BEGIN that a silent server never answers.
        let patience = self.0.config.acquire_timeout() + Duration::from_millis(self.0.config.lock_timeout_ms);
        let begun = tokio::time::timeout(patience, begun).await.map_err(|_elapsed| StoreError::NoAnswer)?;
        let transaction = begun.map_err(|_panicked| StoreError::NoAnswer)??;
        Ok(Tx::new(self.clone(), op, transaction))
    }

    /// Runs `attempt` (a whole transaction, from `begin` to `finish`) again while it loses against concurrent ones, a few
    /// times, with growing, random pauses. The last error is returned as it is.
    pub async fn retry<T, E, F, Fut>(&self, op: &'static str, mut attempt: F) -> Result<T, E>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: AsStoreError,
    {
        let mut tried = 1;
        loop {
            let error = match attempt().await {
                Ok(out) => return Ok(out),
                Err(error) => error,
            };
            match error.store_error() {
                Some(cause) if cause.is_retryable() && tried < ATTEMPTS => {
                    tracing::debug!(op, tried, %cause, "transaction runs again");
                }
                _ => return Err(error),
            }
            tokio::time::sleep(jittered(Duration::from_millis(5) * 2_u32.pow(tried))).await;
            tried += 1;
        }
    }

    /// The present by its clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// Seals and opens this store's fields.
    pub fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    /// The clock it was given.
    pub fn clock(&self) -> &SharedClock {
        &self.0.clock
    }

    /// Makes and reads page tokens sealed with this store's keys.
    pub fn page_tokens(&self) -> PageTokens {
        PageTokens::new(self.0.sealer.clone())
    }

    /// Asks the database for nothing, to see whether it answers: a readiness check.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let patience = self.0.config.acquire_timeout();
        tokio::time::timeout(patience, self.reader().ping())
            .await
            .map_err(|_elapsed| StoreError::NoAnswer)??;
        Ok(())
    }

    /// Waits for open transactions to end and closes the pools.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.0.pools.reader.close_by_ref().await?;
        Ok(self.0.pools.writer.close_by_ref().await?)
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.0.pools.writer.get_database_backend()
    }

    pub(crate) fn outbox_signal(&self) -> &Notify {
        &self.0.outbox
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("backend", &self.backend()).finish_non_exhaustive()
    }
}

/// Between half and all of `pause`.
pub(crate) fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(rand::rng().random_range(0.5..=1.0))
}
