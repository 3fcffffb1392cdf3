//! The daily count of look-ups: in the database, so that no restart and no lost cache gives a person more of them.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use shiming_kernel::PersonId;
use shiming_store::{Expired, Store, StoreError, Tx, delete_expired};

use super::entities::lookup::{ActiveModel, Column, Entity};
use crate::error::EnterpriseBindingError;

const PURGE_CHUNK: u32 = 500;

/// Counts one look-up and tells the how manieth of the day it is. Concurrent ones get different numbers.
pub(crate) async fn count_lookup(
    tx: &Tx,
    person_id: PersonId,
    day: NaiveDate,
) -> Result<i64, EnterpriseBindingError> {
    let row = ActiveModel {
        person_id: Set(person_id.into()),
        day: Set(day),
        count: Set(1),
        update_time: Set(tx.now()),
    };
    let one_more = OnConflict::columns([Column::PersonId, Column::Day])
        .value(Column::Count, Expr::col((Entity, Column::Count)).add(1))
        .value(Column::UpdateTime, tx.now())
        .to_owned();
    let counted = Entity::insert(row)
        .on_conflict(one_more)
        .exec_with_returning(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(counted.count)
}

/// Deletes counts nobody asks for any more.
pub(crate) async fn forget_lookups(store: &Store, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let expired = Expired { key: &[Column::PersonId, Column::Day], time: Column::UpdateTime, before };
    delete_expired::<Entity>(store, "forget_lookups", &expired, PURGE_CHUNK).await
}
