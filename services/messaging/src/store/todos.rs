//! To-dos on people's lists.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use shiming_crypto::{Sealer, field_context};
use shiming_kernel::{PersonId, TodoId};
use shiming_store::{StoreError, Tx};
use uuid::Uuid;

use super::entities::closed_task;
use super::entities::todo::{ActiveModel, Column, Entity, Model};
use super::parts::{PartCursor, in_two_parts};
use crate::domain::Params;

/// A to-do as stored.
#[derive(Clone)]
pub(crate) struct StoredTodo {
    pub(crate) todo_id: TodoId,
    pub(crate) template: String,
    pub(crate) params: Params,
    pub(crate) is_done: bool,
    pub(crate) create_time: DateTime<Utc>,
    pub(crate) done_time: Option<DateTime<Utc>>,
}

/// Puts a task onto `person_id`'s list, unless it is there; a task that was closed before is born done.
pub(crate) async fn add_todo(
    tx: &Tx,
    todo_id: Uuid,
    person_id: PersonId,
    todo_key: &str,
    template: &str,
    params: &Params,
) -> Result<(), StoreError> {
    let closed = closed_task::Entity::find_by_id(todo_key.to_owned()).one(tx.conn()).await?;
    let row = ActiveModel {
        todo_id: Set(todo_id),
        person_id: Set(person_id.as_uuid()),
        todo_key: Set(todo_key.to_owned()),
        template: Set(template.to_owned()),
        params: Set(tx.store().sealer().seal(&context(todo_id), &serde_json::to_vec(params)?)?),
        is_done: Set(closed.is_some()),
        create_time: Set(tx.now()),
        done_time: Set(closed.as_ref().map(|task| task.close_time)),
    };
    let conflict = OnConflict::columns([Column::TodoKey, Column::PersonId]).do_nothing().to_owned();
    Entity::insert(row).on_conflict(conflict).try_insert().exec_without_returning(tx.conn()).await?;
    if closed.is_none() {
        // It was theirs before and was taken from them.
        set_done(tx, person_id, todo_key, None).await?;
    }
    Ok(())
}

/// Takes a task from one person: on their list it is done.
pub(crate) async fn withdraw_todo(tx: &Tx, person_id: PersonId, todo_key: &str) -> Result<(), StoreError> {
    set_done(tx, person_id, todo_key, Some(tx.now())).await
}

async fn set_done(
    tx: &Tx,
    person_id: PersonId,
    todo_key: &str,
    done_time: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::IsDone, Expr::value(done_time.is_some()))
        .col_expr(Column::DoneTime, Expr::value(done_time))
        .filter(Column::TodoKey.eq(todo_key))
        .filter(Column::PersonId.eq(person_id.as_uuid()))
        .filter(Column::IsDone.eq(done_time.is_none()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Closes the task for everybody who has it, and for everybody who is given it later. Returns whose lists changed.
pub(crate) async fn close_task(tx: &Tx, todo_key: &str) -> Result<Vec<PersonId>, StoreError> {
    let mark = closed_task::ActiveModel { todo_key: Set(todo_key.to_owned()), close_time: Set(tx.now()) };
    let conflict = OnConflict::column(closed_task::Column::TodoKey).do_nothing().to_owned();
    closed_task::Entity::insert(mark)
        .on_conflict(conflict)
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    let open = Entity::find().filter(Column::TodoKey.eq(todo_key)).filter(Column::IsDone.eq(false));
    let persons: Vec<Uuid> = open.select_only().column(Column::PersonId).into_tuple().all(tx.conn()).await?;
    Entity::update_many()
        .col_expr(Column::IsDone, Expr::value(true))
        .col_expr(Column::DoneTime, Expr::value(tx.now()))
        .filter(Column::TodoKey.eq(todo_key))
        .filter(Column::IsDone.eq(false))
        .exec(tx.conn())
        .await?;
    Ok(persons.into_iter().map(PersonId::from).collect())
}

/// Up to `limit` of the person's to-dos after `after`: open first, each part newest first.
pub(crate) async fn list_todos(
    db: &impl ConnectionTrait,
    sealer: &Sealer,
    person_id: PersonId,
    after: Option<PartCursor>,
    limit: u64,
) -> Result<Vec<StoredTodo>, StoreError> {
    let rows =
        in_two_parts(after, limit, |part, below, limit| one_part(db, person_id, part, below, limit)).await?;
    rows.into_iter().map(|row| open(sealer, row)).collect()
}

async fn one_part(
    db: &impl ConnectionTrait,
    person_id: PersonId,
    is_done: bool,
    below: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Model>, StoreError> {
    let mut select =
        Entity::find().filter(Column::PersonId.eq(person_id.as_uuid())).filter(Column::IsDone.eq(is_done));
    if let Some(id) = below {
        select = select.filter(Column::TodoId.lt(id));
    }
    Ok(select.order_by_desc(Column::TodoId).limit(limit).all(db).await?)
}

/// How many of the person's to-dos are open.
pub(crate) async fn count_open(db: &impl ConnectionTrait, person_id: PersonId) -> Result<u64, StoreError> {
    let open =
        Entity::find().filter(Column::PersonId.eq(person_id.as_uuid())).filter(Column::IsDone.eq(false));
    Ok(open.count(db).await?)
}

fn open(sealer: &Sealer, row: Model) -> Result<StoredTodo, StoreError> {
    let params = sealer.open(&context(row.todo_id), &row.params)?;
    Ok(StoredTodo {
        todo_id: row.todo_id.into(),
        template: row.template,
        params: serde_json::from_slice(&params)?,
        is_done: row.is_done,
        create_time: row.create_time,
        done_time: row.done_time,
    })
}

fn context(todo_id: Uuid) -> Vec<u8> {
    field_context("todos.params", todo_id)
}
