//! Collections under way; gone soon after they expire.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "collections")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub token_hash: Vec<u8>,
    pub document_type: String,
    pub number_sealed: Vec<u8>,
    pub name_sealed: Vec<u8>,
    pub step: String,
    pub face_session_id: Option<Uuid>,
    pub face_pass_time: Option<DateTime<Utc>>,
    pub person_id: Option<Uuid>,
    pub device_hash: Option<String>,
    pub version: i32,
    pub create_time: DateTime<Utc>,
    pub expire_time: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
