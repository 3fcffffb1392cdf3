//! Which events were taken in.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait as _, TryInsertResult};
use shiming_kernel::EventId;
use shiming_store::{StoreError, Tx};

use super::entities::received_event::{ActiveModel, Column, Entity};

/// Notes that `event_id` is being taken in; `false` when it was before.
pub(crate) async fn remember_event(tx: &Tx, event_id: EventId) -> Result<bool, StoreError> {
    let row = ActiveModel { event_id: Set(event_id.as_uuid()), receive_time: Set(tx.now()) };
    let conflict = OnConflict::column(Column::EventId).do_nothing().to_owned();
    let inserted =
        Entity::insert(row).on_conflict(conflict).try_insert().exec_without_returning(tx.conn()).await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(rows) if rows > 0))
}
