//! Wrong codes per identity and day, over all flows. In the database, so that no restart of a cache forgives them.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identity_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub identity_index: Vec<u8>,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    pub wrong_tries: i32,
    pub update_time: chrono::DateTime<chrono::Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
