//! A transaction that writes: the change, its audit rows, its events and its answer commit together or not at all.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::head::{self, AuditPlace};
use crate::idempotency::{self, Claim, Idempotency};
use crate::outbox::{self, OutboxEvent};
use crate::store::Store;

/// An open transaction. Dropping it rolls back.
///
/// ```ignore
/// let tx = app.store.begin("decide_application").await?;
/// if let Some(done) = tx.replayed(&cmd.request).await? { return Ok(done) }
/// …rows are read and changed through tx.conn()…
/// tx.audit(entry); tx.emit(event);
/// tx.finish(&cmd.request, out).await
/// ```
pub struct Tx {
    store: Store,
    op: &'static str,
    now: DateTime<Utc>,
    transaction: DatabaseTransaction,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    claimed: bool,
    audits: Vec<AuditEntry>,
    events: Vec<OutboxEvent>,
}

impl Tx {
    pub(crate) fn new(store: Store, op: &'static str, transaction: DatabaseTransaction) -> Self {
        let now = store.now();
        Self { store, op, now, transaction, pending: Mutex::new(Pending::default()) }
    }

    /// Where statements of this transaction run.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// When the transaction began, in microseconds: one time for all its rows.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The store it belongs to.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The answer this request got before, if it did; waits for a concurrent call with the same id. Call it first: it also
    /// takes the record's place. Nothing is looked up for `validate_only`.
    pub async fn replayed<T: DeserializeOwned>(&self, key: &Idempotency) -> Result<Option<T>, StoreError> {
        if key.request.validate_only {
            return Ok(None);
        }
        match idempotency::claim(&self.transaction, key, self.now).await? {
            Claim::Ours => {
                self.pending().claimed = true;
                Ok(None)
            }
            Claim::Answered(sealed) => idempotency::read(self.store.sealer(), key, &sealed).map(Some),
        }
    }

    /// Adds a row to the audit chain, at commit.
    pub fn audit(&self, entry: AuditEntry) {
        self.pending().audits.push(entry);
    }

    /// Writes the audit rows that wait for the commit now, and answers where the chain ends with them: for a statement that names its
    /// own row. The chain is locked until the transaction ends, so this is the last thing before its end that locks what others
    /// share.
    pub async fn place_audit(&self) -> Result<AuditPlace, StoreError> {
        let audits = std::mem::take(&mut self.pending().audits);
        head::append(&self.transaction, self.store.sealer(), self.now, audits, Vec::new()).await
    }

    /// Puts an event into the outbox, at commit.
    pub fn emit(&self, mut event: OutboxEvent) {
        event.trace_parent = event.trace_parent.or_else(outbox::trace::current);
        self.pending().events.push(event);
    }

    /// Records the answer, commits everything and returns the answer; with `validate_only` rolls back and returns it.
    pub async fn finish<T: Serialize>(self, key: &Idempotency, out: T) -> Result<T, StoreError> {
        if key.request.validate_only {
            self.rollback().await?;
            return Ok(out);
        }
        let claimed = self.pending().claimed;
        if !claimed
            && matches!(idempotency::claim(&self.transaction, key, self.now).await?, Claim::Answered(_))
        {
            return Err(StoreError::InFlight);
        }
        idempotency::answer(&self.transaction, self.store.sealer(), key, &out).await?;
        self.commit().await?;
        Ok(out)
    }

    /// Commits the change with its audit rows and events, without a record of the request: for jobs.
    pub async fn commit(self) -> Result<(), StoreError> {
        let Pending { audits, events, .. } = std::mem::take(&mut *self.pending());
        let wake = !events.is_empty();
        if wake || !audits.is_empty() {
            head::append(&self.transaction, self.store.sealer(), self.now, audits, events).await?;
        }
        self.transaction.commit().await?;
        if wake {
            self.store.outbox_signal().notify_one();
        }
        Ok(())
    }

    /// Undoes everything, now rather than on drop.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("op", &self.op).finish_non_exhaustive()
    }
}
