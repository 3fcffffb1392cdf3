//! A task on somebody's list; the same `todo_key` on several lists is one task.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "todos")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) todo_id: Uuid,
    pub(crate) person_id: Uuid,
    pub(crate) todo_key: String,
    pub(crate) template: String,
    /// Sealed JSON of the params.
    pub(crate) params: Vec<u8>,
    pub(crate) is_done: bool,
    pub(crate) create_time: DateTime<Utc>,
    pub(crate) done_time: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
