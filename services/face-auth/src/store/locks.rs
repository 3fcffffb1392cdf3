//! Locks on identities.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use shiming_store::Tx;

use super::entities::face_lock::{ActiveModel, Column, Entity};
use super::{Found, Vault};
use crate::domain::FaceLock;

/// The identity's lock, over or not, under whatever key it was written; of several the latest to end.
pub(crate) async fn find_lock(
    db: &impl ConnectionTrait,
    vault: &Vault,
    document: &str,
) -> Found<Option<FaceLock>> {
    let rows = Entity::find().filter(Column::IdentityIndex.is_in(vault.candidates(document))).all(db).await?;
    let locks = rows.into_iter().map(|row| FaceLock {
        lock_time: row.lock_time,
        end_time: row.end_time,
        reason: row.reason,
        actor: row.actor,
    });
    Ok(locks.fold(None, |latest, lock| Some(lock.later(latest))))
}

/// Sets it in the place of another.
pub(crate) async fn put_lock(tx: &Tx, vault: &Vault, document: &str, lock: &FaceLock) -> Found<()> {
    let row = ActiveModel {
        identity_index: Set(vault.index(document)),
        lock_time: Set(lock.lock_time),
        end_time: Set(lock.end_time),
        reason: Set(lock.reason.clone()),
        actor: Set(lock.actor.clone()),
    };
    let replacing = OnConflict::column(Column::IdentityIndex)
        .update_columns([Column::LockTime, Column::EndTime, Column::Reason, Column::Actor])
        .to_owned();
    Entity::insert(row).on_conflict(replacing).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Takes it away.
pub(crate) async fn delete_lock(tx: &Tx, vault: &Vault, document: &str) -> Found<()> {
    let mine = Column::IdentityIndex.is_in(vault.candidates(document));
    Entity::delete_many().filter(mine).exec(tx.conn()).await?;
    Ok(())
}
