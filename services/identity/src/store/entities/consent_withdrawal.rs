//! Withdrawals of consents. The ledger's own rows stay as they were; a withdrawal's row is completed once, when the erasure is done.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_withdrawals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub consent_id: Uuid,
    pub person_id: Uuid,
    pub identity_index: Vec<u8>,
    pub index_version: i32,
    pub purpose: String,
    pub withdraw_time: DateTime<Utc>,
    /// The erasure; all of it or none.
    pub erasure_id: Option<Uuid>,
    pub erase_time: Option<DateTime<Utc>>,
    /// JSON of the counts.
    pub erased: Option<String>,
    pub proof: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
