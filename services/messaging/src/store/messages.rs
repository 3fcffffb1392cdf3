//! Messages of inboxes.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use shiming_crypto::{Sealer, field_context};
use shiming_kernel::{MessageId, PersonId};
use shiming_store::{StoreError, Tx};
use uuid::Uuid;

use super::entities::message::{ActiveModel, Column, Entity, Model};
use super::parts::{PartCursor, in_two_parts};
use crate::domain::Params;

/// A message as stored.
#[derive(Clone)]
pub(crate) struct StoredMessage {
    pub(crate) message_id: MessageId,
    pub(crate) template: String,
    pub(crate) params: Params,
    pub(crate) is_read: bool,
    pub(crate) create_time: DateTime<Utc>,
}

/// Puts a message into `person_id`'s inbox.
pub(crate) async fn add_message(
    tx: &Tx,
    message_id: Uuid,
    person_id: PersonId,
    template: &str,
    params: &Params,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        message_id: Set(message_id),
        person_id: Set(person_id.as_uuid()),
        template: Set(template.to_owned()),
        params: Set(tx.store().sealer().seal(&context(message_id), &serde_json::to_vec(params)?)?),
        is_read: Set(false),
        create_time: Set(tx.now()),
        read_time: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Up to `limit` of the person's messages after `after`: unread first, each part newest first.
pub(crate) async fn list_messages(
    db: &impl ConnectionTrait,
    sealer: &Sealer,
    person_id: PersonId,
    after: Option<PartCursor>,
    limit: u64,
) -> Result<Vec<StoredMessage>, StoreError> {
    let rows =
        in_two_parts(after, limit, |part, below, limit| one_part(db, person_id, part, below, limit)).await?;
    rows.into_iter().map(|row| open(sealer, row)).collect()
}

async fn one_part(
    db: &impl ConnectionTrait,
    person_id: PersonId,
    is_read: bool,
    below: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Model>, StoreError> {
    let mut select =
        Entity::find().filter(Column::PersonId.eq(person_id.as_uuid())).filter(Column::IsRead.eq(is_read));
    if let Some(id) = below {
        select = select.filter(Column::MessageId.lt(id));
    }
    Ok(select.order_by_desc(Column::MessageId).limit(limit).all(db).await?)
}

/// The message, if it is this person's.
pub(crate) async fn find_message(
    db: &impl ConnectionTrait,
    sealer: &Sealer,
    person_id: PersonId,
    message_id: MessageId,
) -> Result<Option<StoredMessage>, StoreError> {
    let row = Entity::find_by_id(message_id.as_uuid())
        .filter(Column::PersonId.eq(person_id.as_uuid()))
        .one(db)
        .await?;
    row.map(|row| open(sealer, row)).transpose()
}

/// Marks the message read; once is enough.
pub(crate) async fn mark_read(tx: &Tx, message_id: MessageId) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::IsRead, Expr::value(true))
        .col_expr(Column::ReadTime, Expr::value(tx.now()))
        .filter(Column::MessageId.eq(message_id.as_uuid()))
        .filter(Column::IsRead.eq(false))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// How many of the person's messages are unread.
pub(crate) async fn count_unread(db: &impl ConnectionTrait, person_id: PersonId) -> Result<u64, StoreError> {
    let unread =
        Entity::find().filter(Column::PersonId.eq(person_id.as_uuid())).filter(Column::IsRead.eq(false));
    Ok(unread.count(db).await?)
}

fn open(sealer: &Sealer, row: Model) -> Result<StoredMessage, StoreError> {
    let params = sealer.open(&context(row.message_id), &row.params)?;
    Ok(StoredMessage {
        message_id: row.message_id.into(),
        template: row.template,
        params: serde_json::from_slice(&params)?,
        is_read: row.is_read,
        create_time: row.create_time,
    })
}

fn context(message_id: Uuid) -> Vec<u8> {
    field_context("messages.params", message_id)
}
