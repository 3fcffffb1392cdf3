//! Pictures kept of passed captures: sealed under a key of their own, and gone when their time is over.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use serde_json::json;
use shiming_kernel::FaceSessionId;
use shiming_store::{AuditEntry, Store, StoreError, Tx};

use super::entities::face_evidence::{ActiveModel, Column, Entity};
use super::entities::face_session;
use super::{Found, Vault};
use crate::domain::Refusal;

/// Small, for a picture may have megabytes.
const CHUNK: u64 = 50;
const BETWEEN_CHUNKS: Duration = Duration::from_millis(20);

/// A picture as it was submitted.
pub(crate) struct KeptPicture {
    pub(crate) image: Vec<u8>,
    pub(crate) create_time: DateTime<Utc>,
    pub(crate) expire_time: DateTime<Utc>,
}

/// Seals the picture of a session, which is locked, until `expire_time`.
pub(crate) async fn insert_evidence(
    tx: &Tx,
    vault: &Vault,
    id: FaceSessionId,
    image: &[u8],
    expire_time: DateTime<Utc>,
) -> Found<()> {
    let session = face_session::Entity::find_by_id(id.as_uuid()).one(tx.conn()).await?;
    let session = session.ok_or(Refusal::SessionNotFound)?;
    let row = ActiveModel {
        face_session_id: Set(id.as_uuid()),
        identity_index: Set(session.identity_index),
        image: Set(vault.seal_evidence(id.as_uuid(), image)?),
        create_time: Set(tx.now()),
        expire_time: Set(expire_time),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The picture of a session, unless its time is over.
pub(crate) async fn find_evidence(
    db: &impl ConnectionTrait,
    vault: &Vault,
    id: FaceSessionId,
    now: DateTime<Utc>,
) -> Found<Option<KeptPicture>> {
    let row = Entity::find_by_id(id.as_uuid()).filter(Column::ExpireTime.gt(now)).one(db).await?;
    row.map(|row| {
        let image = vault.open_evidence(row.face_session_id, &row.image)?;
        Ok(KeptPicture { image, create_time: row.create_time, expire_time: row.expire_time })
    })
    .transpose()
}

/// Deletes the pictures whose time was over at `now`, oldest first and some at a time: each transaction has its row in the audit, and
/// a run that breaks off goes on with the next. Returns how many went.
pub(crate) async fn expire_evidence(store: &Store, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let mut total = 0;
    loop {
        let gone = store.retry("expire_evidence", || expire_some(store, now)).await?;
        total += gone;
        if gone < CHUNK {
            return Ok(total);
        }
        tokio::time::sleep(BETWEEN_CHUNKS).await;
    }
}

async fn expire_some(store: &Store, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let tx = store.begin("expire_evidence").await?;
    let oldest = Query::select()
        .column(Column::FaceSessionId)
        .from(Entity)
        .and_where(Column::ExpireTime.lte(now))
        .order_by(Column::ExpireTime, sea_orm::Order::Asc)
        .limit(CHUNK)
        .to_owned();
    let deleted =
        Entity::delete_many().filter(Column::FaceSessionId.in_subquery(oldest)).exec(tx.conn()).await?;
    if deleted.rows_affected > 0 {
        tx.audit(AuditEntry {
            actor: "job:retention".into(),
            action: "face_evidence.expired",
            subject: "face_evidence".into(),
            detail: json!({"rows": deleted.rows_affected, "expired_until": now}),
            trace_id: None,
        });
    }
    tx.commit().await?;
    Ok(deleted.rows_affected)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use shiming_crypto::{Keyring, Sealer};
    use shiming_kernel::ManualClock;
    use shiming_store::StoreConfig;
    use shiming_testkit::TestDatabase;
    use uuid::Uuid;

    use super::*;
    use crate::store::Migrator;

    shiming_testkit::on_each_database!(only_what_is_over_goes_and_each_batch_is_audited);

    async fn only_what_is_over_goes_and_each_batch_is_audited(database: TestDatabase) {
        let clock = Arc::new(ManualClock::new("2026-11-02T04:00:00Z".parse().unwrap()));
        let sealer = Sealer::new(&Keyring::generate(), "test").unwrap();
        let store = Store::connect(&StoreConfig::new(database.url()), clock, sealer).await.unwrap();
        store.migrate::<Migrator>().await.unwrap();
        let now = store.now();
        let row = |number: u32| ActiveModel {
            face_session_id: Set(Uuid::from_u128(number.into())),
            identity_index: Set(vec![1]),
            image: Set(vec![2]),
            create_time: Set(now),
            expire_time: Set(now + TimeDelta::seconds(i64::from(number))),
        };
        let tx = store.begin("test").await.unwrap();
        Entity::insert_many((0..120).map(row)).exec_without_returning(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        let later = now + TimeDelta::seconds(109);
        assert_eq!(expire_evidence(&store, later).await.unwrap(), 110);
        assert_eq!(Entity::find().all(store.reader()).await.unwrap().len(), 10);
        let chain = shiming_store::verify_audit(&store, 1, None).await.unwrap().unwrap();
        assert_eq!(chain.rows, 3, "50, 50 and 10");
        assert_eq!(expire_evidence(&store, later).await.unwrap(), 0);
    }
}
