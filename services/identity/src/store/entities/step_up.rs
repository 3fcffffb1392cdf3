//! Face checks opened within a session; the result serves that session once.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "step_ups")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub face_session_id: Uuid,
    pub session_id: Uuid,
    pub person_id: Uuid,
    pub complete_time: Option<DateTime<Utc>>,
    pub create_time: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
