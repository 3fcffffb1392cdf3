//! Which events a relay may deliver now, and what became of them: the SQL of the outbox.
//!
//! Only the oldest undelivered event of a key can be claimed; claiming it claims the run behind it too, since nobody can claim a
//! follower before its head is delivered. A claim is a lease, not an open transaction: SQLite has one writer, and a delivery
//! may take seconds. Two relays skip each other's rows on PostgreSQL (`FOR UPDATE SKIP LOCKED`).

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait as _, LockBehavior, LockType, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
};

use crate::entities::outbox::{Column, Entity, Model};
use crate::error::StoreError;
use crate::store::Store;

/// Undelivered events of one key, oldest first; the first one carries the key's attempts and claim.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) rows: Vec<Model>,
}

impl Run {
    pub(super) fn head(&self) -> Option<&Model> {
        self.rows.first()
    }
}

/// How far delivery is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Undelivered events.
    pub pending: u64,
    /// How long the oldest of them has waited.
    pub oldest: Duration,
}

/// How far delivery is behind now.
pub async fn lag(store: &Store) -> Result<Lag, StoreError> {
    let undelivered = || Entity::find().filter(Column::DeliveredTime.is_null());
    let pending = undelivered().count(store.reader()).await?;
    let oldest = undelivered().order_by_asc(Column::Seq).one(store.reader()).await?;
    let waited = oldest.and_then(|row| (store.now() - row.create_time).to_std().ok());
    Ok(Lag { pending, oldest: waited.unwrap_or_default() })
}

/// Claims up to `limit` events for `lease`.
pub(super) async fn claim(store: &Store, limit: u64, lease: Duration) -> Result<Vec<Run>, StoreError> {
    let now = store.now();
    let idle = Entity::find().filter(ready(now)).limit(1).one(store.reader()).await?.is_none();
    if idle {
        return Ok(Vec::new());
    }
    let tx = store.begin("outbox.claim").await?;
    let keys: Vec<String> = ready_keys(now, limit).into_tuple().all(tx.conn()).await?;
    let rows = undelivered_of(keys, limit).all(tx.conn()).await?;
    let mut runs: BTreeMap<String, Run> = BTreeMap::new();
    for row in rows {
        runs.entry(row.ordering_key.clone()).or_insert_with(|| Run { rows: Vec::new() }).rows.push(row);
    }
    let runs: Vec<Run> = runs.into_values().collect();
    let until = now + lease;
    Entity::update_many()
        .col_expr(Column::ClaimedUntil, Expr::value(until))
        .filter(Column::Seq.is_in(head_numbers(&runs)))
        .exec(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(runs)
}

/// Marks everything in `runs` as delivered.
pub(super) async fn delivered(store: &Store, runs: &[Run]) -> Result<(), StoreError> {
    let numbers: Vec<i64> = runs.iter().flat_map(|run| run.rows.iter().map(|row| row.seq)).collect();
    let tx = store.begin("outbox.delivered").await?;
    Entity::update_many()
        .col_expr(Column::DeliveredTime, Expr::value(tx.now()))
        .filter(Column::Seq.is_in(numbers))
        .exec(tx.conn())
        .await?;
    tx.commit().await
}

/// Gives claims back; each key may be tried again after `pause(attempts so far)`.
pub(super) async fn release(
    store: &Store,
    runs: &[Run],
    pause: impl Fn(u32) -> Duration,
) -> Result<(), StoreError> {
    let mut by_attempts: BTreeMap<i32, Vec<i64>> = BTreeMap::new();
    for head in runs.iter().filter_map(Run::head) {
        by_attempts.entry(head.attempts).or_default().push(head.seq);
    }
    let tx = store.begin("outbox.release").await?;
    for (attempts, numbers) in by_attempts {
        let again = tx.now() + pause(u32::try_from(attempts).unwrap_or_default());
        Entity::update_many()
            .col_expr(Column::Attempts, Expr::value(attempts.saturating_add(1)))
            .col_expr(Column::NextAttemptTime, Expr::value(again))
            .col_expr(Column::ClaimedUntil, Expr::value(None::<DateTime<Utc>>))
            .filter(Column::Seq.is_in(numbers))
            .exec(tx.conn())
            .await?;
    }
    tx.commit().await
}

/// Forgets all claims: right at the start of the only process that uses an SQLite file.
pub(super) async fn forget_claims(store: &Store) -> Result<(), StoreError> {
    let tx = store.begin("outbox.forget_claims").await?;
    Entity::update_many()
        .col_expr(Column::ClaimedUntil, Expr::value(None::<DateTime<Utc>>))
        .filter(Column::DeliveredTime.is_null())
        .filter(Column::ClaimedUntil.is_not_null())
        .exec(tx.conn())
        .await?;
    tx.commit().await
}

/// The keys whose oldest event is ready, with those events' rows locked.
fn ready_keys(now: DateTime<Utc>, limit: u64) -> Select<Entity> {
    Entity::find()
        .select_only()
        .column(Column::OrderingKey)
        .filter(ready(now))
        .filter(is_oldest_of_its_key())
        .order_by_asc(Column::Seq)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
}

fn undelivered_of(keys: Vec<String>, limit: u64) -> Select<Entity> {
    Entity::find()
        .filter(Column::DeliveredTime.is_null())
        .filter(Column::OrderingKey.is_in(keys))
        .order_by_asc(Column::Seq)
        .limit(limit)
}

fn ready(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Column::DeliveredTime.is_null())
        .add(Column::NextAttemptTime.lte(now))
        .add(Condition::any().add(Column::ClaimedUntil.is_null()).add(Column::ClaimedUntil.lte(now)))
}

fn is_oldest_of_its_key() -> SimpleExpr {
    let older = || Alias::new("older");
    let older_one = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, older())
        .and_where(Expr::col((older(), Column::OrderingKey)).equals((Entity, Column::OrderingKey)))
        .and_where(Expr::col((older(), Column::DeliveredTime)).is_null())
        .and_where(Expr::col((older(), Column::Seq)).lt(Expr::col((Entity, Column::Seq))))
        .to_owned();
    Expr::exists(older_one).not()
}

fn head_numbers(runs: &[Run]) -> Vec<i64> {
    runs.iter().filter_map(Run::head).map(|head| head.seq).collect()
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait as _, DbBackend, QueryTrait as _};
    use shiming_crypto::{Keyring, Sealer};
    use shiming_kernel::SystemClock;
    use shiming_testkit::TestDatabase;

    use super::*;
    use crate::{SharedMigrator, StoreConfig};

    /// However much was delivered before, the relay reads the backlog only.
    #[tokio::test]
    async fn every_question_is_answered_by_an_index() {
        let database = TestDatabase::sqlite();
        let sealer = Sealer::new(&Keyring::generate(), "test").unwrap();
        let config = StoreConfig::new(database.url());
        let store = Store::connect(&config, SystemClock::shared(), sealer).await.unwrap();
        store.migrate::<SharedMigrator>().await.unwrap();
        let keys = vec!["a".to_owned(), "b".to_owned()];
        for question in [ready_keys(store.now(), 10), undelivered_of(keys, 10)] {
            let mut statement = question.build(DbBackend::Sqlite);
            statement.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
            for step in store.reader().query_all_raw(statement).await.unwrap() {
                let step: String = step.try_get("", "detail").unwrap();
                let reads = step.starts_with("SCAN") || step.starts_with("SEARCH");
                assert!(
                    !reads
                        || step.contains("USING INDEX ix_outbox")
                        || step.contains("COVERING INDEX ix_outbox"),
                    "{step}"
                );
            }
        }
    }
}
