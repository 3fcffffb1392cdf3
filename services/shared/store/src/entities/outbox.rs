//! Events on their way. `payload` is sealed; `seq` is the order of commits.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub event_id: Uuid,
    pub topic: String,
    pub ordering_key: String,
    pub payload: Vec<u8>,
    pub trace_parent: Option<String>,
    pub create_time: DateTime<Utc>,
    pub attempts: i32,
    pub next_attempt_time: DateTime<Utc>,
    pub claimed_until: Option<DateTime<Utc>>,
    pub delivered_time: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
