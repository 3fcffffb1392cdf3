//! One processing of a person's face. Rows are only added, and go when their time is over.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "processing_records")]
pub(crate) struct Model {
    /// Rises with time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) record_id: Uuid,
    /// Blind index of the document's family and number.
    pub(crate) identity_index: Vec<u8>,
    pub(crate) process_time: DateTime<Utc>,
    pub(crate) face_session_id: Uuid,
    pub(crate) purpose: String,
    pub(crate) consent_id: Uuid,
    pub(crate) consent_version: String,
    /// Separated by spaces.
    pub(crate) kinds: String,
    pub(crate) processor: String,
    pub(crate) result: String,
    pub(crate) evidence_expire_time: Option<DateTime<Utc>>,
    pub(crate) expire_time: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
