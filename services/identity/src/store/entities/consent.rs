//! The consent ledger: who agreed to which text, when and from which device. Rows are only ever added.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub identity_index: Vec<u8>,
    pub index_version: i32,
    pub purpose: String,
    pub text_version: String,
    pub text_sha256: String,
    pub agree_time: DateTime<Utc>,
    pub ip_hash: Option<String>,
    pub device_hash: Option<String>,
    pub user_agent: Option<String>,
    pub create_time: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
