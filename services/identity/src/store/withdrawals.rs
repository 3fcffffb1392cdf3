//! Withdrawals of consents, and the erasures they wait for.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use shiming_store::StoreError;
use uuid::Uuid;

use super::entities::consent_withdrawal::{ActiveModel, Column, Entity, Model};
use super::vault::Vault;
use crate::domain::consent::ConsentPurpose;
use crate::domain::withdrawal::{Erasure, Withdrawal};
use crate::error::IdentityError;

/// Adds a withdrawal whose erasure is still to be done.
pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    identity_key: &str,
    withdrawal: &Withdrawal,
) -> Result<(), IdentityError> {
    let row = ActiveModel {
        id: Set(withdrawal.id),
        consent_id: Set(withdrawal.consent_id),
        person_id: Set(withdrawal.person_id.as_uuid()),
        identity_index: Set(vault.identities.index(identity_key).to_vec()),
        index_version: Set(vault.index_version()?),
        purpose: Set(withdrawal.purpose.as_str().to_owned()),
        withdraw_time: Set(withdrawal.withdraw_time),
        erasure_id: NotSet,
        erase_time: NotSet,
        erased: NotSet,
        proof: NotSet,
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The withdrawal of an id.
pub(crate) async fn by_id(
    conn: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<Withdrawal>, IdentityError> {
    Entity::find_by_id(id).one(conn).await?.map(open).transpose()
}

/// An identity's withdrawals, the oldest first.
pub(crate) async fn of_identity(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    identity_key: &str,
) -> Result<Vec<Withdrawal>, IdentityError> {
    let rows = Entity::find()
        .filter(Column::IdentityIndex.is_in(vault.identity_candidates(identity_key)))
        .order_by_asc(Column::WithdrawTime)
        .order_by_asc(Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(open).collect()
}

/// Up to `limit` withdrawals whose erasure is still to be done, the oldest first.
pub(crate) async fn pending(
    conn: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<Withdrawal>, IdentityError> {
    let rows = Entity::find()
        .filter(Column::ErasureId.is_null())
        .order_by_asc(Column::WithdrawTime)
        .limit(limit)
        .all(conn)
        .await?;
    rows.into_iter().map(open).collect()
}

/// Notes that the erasure is done; whether this was the first to say so.
pub(crate) async fn mark_erased(
    conn: &impl ConnectionTrait,
    id: Uuid,
    erasure: &Erasure,
) -> Result<bool, IdentityError> {
    let counts = serde_json::to_string(&erasure.counts).map_err(StoreError::from)?;
    let updated = Entity::update_many()
        .col_expr(Column::ErasureId, Expr::value(erasure.erasure_id))
        .col_expr(Column::EraseTime, Expr::value(erasure.erase_time))
        .col_expr(Column::Erased, Expr::value(counts))
        .col_expr(Column::Proof, Expr::value(erasure.proof.as_str()))
        .filter(Column::Id.eq(id))
        .filter(Column::ErasureId.is_null())
        .exec(conn)
        .await?;
    Ok(updated.rows_affected > 0)
}

fn open(row: Model) -> Result<Withdrawal, IdentityError> {
    let purpose = ConsentPurpose::from_column(&row.purpose).ok_or(IdentityError::Corrupt("purpose"))?;
    let erasure = match (row.erasure_id, row.erase_time, row.erased, row.proof) {
        (Some(erasure_id), Some(erase_time), Some(erased), Some(proof)) => {
            let counts = serde_json::from_str(&erased).map_err(StoreError::from)?;
            Some(Erasure { erasure_id, erase_time, counts, proof })
        }
        (None, None, None, None) => None,
        _ => return Err(IdentityError::Corrupt("erasure")),
    };
    Ok(Withdrawal {
        id: row.id,
        consent_id: row.consent_id,
        person_id: row.person_id.into(),
        purpose,
        withdraw_time: row.withdraw_time,
        erasure,
    })
}
