//! A message in somebody's inbox; its words are made from the template when it is read.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) message_id: Uuid,
    pub(crate) person_id: Uuid,
    pub(crate) template: String,
    /// Sealed JSON of the params.
    pub(crate) params: Vec<u8>,
    pub(crate) is_read: bool,
    pub(crate) create_time: DateTime<Utc>,
    pub(crate) read_time: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
