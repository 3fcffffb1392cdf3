//! The consent ledger.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use shiming_kernel::ClientInfo;
use uuid::Uuid;

use super::entities::consent::{ActiveModel, Column, Entity, Model};
use super::vault::Vault;
use crate::domain::consent::{ConsentPurpose, ConsentText, LedgerEntry};
use crate::error::IdentityError;

/// An entry about to be written.
#[derive(Clone, Debug)]
pub(crate) struct ConsentEntry<'a> {
    pub(crate) id: Uuid,
    /// `collection` or `person`.
    pub(crate) subject_kind: &'static str,
    pub(crate) subject_id: Uuid,
    pub(crate) identity_key: &'a str,
    pub(crate) text: ConsentText,
    pub(crate) agree_time: DateTime<Utc>,
    pub(crate) client: &'a ClientInfo,
}

/// Adds an entry.
pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    entry: &ConsentEntry<'_>,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let row = ActiveModel {
        id: Set(entry.id),
        subject_kind: Set(entry.subject_kind.to_owned()),
        subject_id: Set(entry.subject_id),
        identity_index: Set(vault.identities.index(entry.identity_key).to_vec()),
        index_version: Set(vault.index_version()?),
        purpose: Set(entry.text.purpose.as_str().to_owned()),
        text_version: Set(entry.text.version.to_owned()),
        text_sha256: Set(entry.text.text_sha256.to_owned()),
        agree_time: Set(entry.agree_time),
        ip_hash: Set(entry.client.ip_hash.clone()),
        device_hash: Set(entry.client.device_hash.clone()),
        user_agent: Set(entry.client.user_agent.clone()),
        create_time: Set(now),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Up to `limit` entries of an identity, the newest first, after the one at `after`.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    identity_key: &str,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<LedgerEntry>, IdentityError> {
    let mut select =
        Entity::find().filter(Column::IdentityIndex.is_in(vault.identity_candidates(identity_key)));
    if let Some((time, id)) = after {
        let same_time = Condition::all().add(Column::CreateTime.eq(time)).add(Column::Id.lt(id));
        select = select.filter(Condition::any().add(Column::CreateTime.lt(time)).add(same_time));
    }
    let newest_first = select.order_by_desc(Column::CreateTime).order_by_desc(Column::Id);
    newest_first.limit(limit).all(conn).await?.into_iter().map(open).collect()
}

/// The entry of an id, if it is this identity's; nobody else withdraws it until the transaction ends.
pub(crate) async fn lock(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    identity_key: &str,
    id: Uuid,
) -> Result<Option<LedgerEntry>, IdentityError> {
    let row = Entity::find_by_id(id)
        .filter(Column::IdentityIndex.is_in(vault.identity_candidates(identity_key)))
        .lock_exclusive()
        .one(conn)
        .await?;
    row.map(open).transpose()
}

fn open(row: Model) -> Result<LedgerEntry, IdentityError> {
    Ok(LedgerEntry {
        id: row.id,
        purpose: ConsentPurpose::from_column(&row.purpose)
            .ok_or(IdentityError::Corrupt("consents.purpose"))?,
        text_version: row.text_version,
        text_sha256: row.text_sha256,
        agree_time: row.agree_time,
        create_time: row.create_time,
    })
}
