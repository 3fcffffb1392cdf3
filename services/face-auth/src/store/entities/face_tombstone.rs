//! An identity whose face data was erased, and who hasn't agreed again since.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "face_tombstones")]
pub(crate) struct Model {
    /// Blind index of the document's family and number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) identity_index: Vec<u8>,
    /// Only a consent given later counts.
    pub(crate) withdraw_time: DateTime<Utc>,
    /// The request that erased; a repeat is answered with `erasure`, however late.
    pub(crate) request_id: Uuid,
    /// JSON of the erasure; says nothing of the person.
    pub(crate) erasure: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
