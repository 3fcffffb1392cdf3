//! Erasing what is kept of an identity's face, and remembering that it was erased.
//!
//! Whoever erases, stores a reference or admits a consent of an identity takes its turn first ([`take_turn`]): on PostgreSQL two
//! transactions would else not see each other's rows, and a template could come in behind the erasure. SQLite has one writer.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Statement,
};
use shiming_kernel::{RequestId, china_date};
use shiming_store::{StoreError, Tx};
use uuid::Uuid;

use super::entities::{
    authority_reference, face_attempt, face_evidence, face_session, face_tombstone, provider_check,
};
use super::{Found, Vault};
use crate::domain::{ErasedCounts, Erasure};

/// Nobody else changes what is kept of this identity until the transaction ends.
pub(crate) async fn take_turn(tx: &Tx, vault: &Vault, document: &str) -> Found<()> {
    if tx.conn().get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let mut keys: Vec<i64> = vault.candidates(document).iter().filter_map(|index| turn(index)).collect();
    keys.sort_unstable();
    for key in keys {
        let lock = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_advisory_xact_lock($1)",
            [key.into()],
        );
        tx.conn().execute_raw(lock).await?;
    }
    Ok(())
}

fn turn(index: &[u8]) -> Option<i64> {
    index.first_chunk().map(|first| i64::from_be_bytes(*first))
}

/// Deletes everything that need not be kept; the turn was taken. Sessions and what their providers gave go first: a decision under way holds its session, and what
/// it stored is there when this goes on.
pub(crate) async fn erase(tx: &Tx, vault: &Vault, document: &str) -> Found<ErasedCounts> {
    let of = vault.candidates(document);
    let conn = tx.conn();
    let ids: Vec<Uuid> = face_session::Entity::find()
        .select_only()
        .column(face_session::Column::FaceSessionId)
        .filter(face_session::Column::IdentityIndex.is_in(of.clone()))
        .order_by_asc(face_session::Column::FaceSessionId)
        .lock_exclusive()
        .into_tuple()
        .all(conn)
        .await?;
    provider_check::Entity::delete_many()
        .filter(provider_check::Column::FaceSessionId.is_in(ids.iter().copied()))
        .exec(conn)
        .await?;
    let sessions = face_session::Entity::delete_many()
        .filter(face_session::Column::FaceSessionId.is_in(ids))
        .exec(conn)
        .await?;
    let evidence = face_evidence::Entity::delete_many()
        .filter(face_evidence::Column::IdentityIndex.is_in(of.clone()))
        .exec(conn)
        .await?;
    let references = authority_reference::Entity::delete_many()
        .filter(authority_reference::Column::IdentityIndex.is_in(of.clone()))
        .exec(conn)
        .await?;
    // Today's stays: it protects this very person from whoever tries their number.
    let counters = face_attempt::Entity::delete_many()
        .filter(face_attempt::Column::IdentityIndex.is_in(of))
        .filter(face_attempt::Column::Day.lt(china_date(tx.now())))
        .exec(conn)
        .await?;
    Ok(ErasedCounts {
        references: references.rows_affected,
        evidence: evidence.rows_affected,
        sessions: sessions.rows_affected,
        counters: counters.rows_affected,
    })
}

/// That an identity's face data was erased.
pub(crate) struct Tombstone {
    pub(crate) withdraw_time: DateTime<Utc>,
    pub(crate) request_id: RequestId,
    pub(crate) erasure: Erasure,
}

/// The tombstone of an identity, if it has one.
pub(crate) async fn find_tombstone(
    db: &impl ConnectionTrait,
    vault: &Vault,
    document: &str,
) -> Found<Option<Tombstone>> {
    let of = face_tombstone::Column::IdentityIndex.is_in(vault.candidates(document));
    let row = face_tombstone::Entity::find().filter(of).one(db).await?;
    row.map(|row| {
        let erasure = serde_json::from_str(&row.erasure).map_err(StoreError::from)?;
        Ok(Tombstone { withdraw_time: row.withdraw_time, request_id: row.request_id.into(), erasure })
    })
    .transpose()
}

/// Sets the tombstone of an identity, in the place of an older one.
pub(crate) async fn put_tombstone(
    tx: &Tx,
    vault: &Vault,
    document: &str,
    tombstone: &Tombstone,
) -> Found<()> {
    lift_tombstone(tx, vault, document).await?;
    let row = face_tombstone::ActiveModel {
        identity_index: Set(vault.index(document)),
        withdraw_time: Set(tombstone.withdraw_time),
        request_id: Set(tombstone.request_id.as_uuid()),
        erasure: Set(serde_json::to_string(&tombstone.erasure).map_err(StoreError::from)?),
    };
    face_tombstone::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Takes the tombstone of an identity away: the person agreed again.
pub(crate) async fn lift_tombstone(tx: &Tx, vault: &Vault, document: &str) -> Found<()> {
    let of = face_tombstone::Column::IdentityIndex.is_in(vault.candidates(document));
    face_tombstone::Entity::delete_many().filter(of).exec(tx.conn()).await?;
    Ok(())
}
