//! Bindings and applications. `holder` is sealed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bindings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub enterprise_id: Uuid,
    pub person_id: Uuid,
    pub role: String,
    pub state: String,
    /// 1 while pending, else 0: lists of applications begin with what waits.
    pub rank: i16,
    pub applied_for: bool,
    pub from_registry: bool,
    pub holder: Vec<u8>,
    pub create_time: DateTimeUtc,
    pub decide_time: Option<DateTimeUtc>,
    pub decided_by: Option<Uuid>,
    pub expire_time: Option<DateTimeUtc>,
    pub revision: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
