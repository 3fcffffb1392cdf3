//! A lock on an identity's face checks.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "face_locks")]
pub(crate) struct Model {
    /// Blind index of the document's family and number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) identity_index: Vec<u8>,
    pub(crate) lock_time: DateTime<Utc>,
    /// Until somebody unlocks, when absent.
    pub(crate) end_time: Option<DateTime<Utc>>,
    pub(crate) reason: String,
    pub(crate) actor: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
