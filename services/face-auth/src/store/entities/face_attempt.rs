//! What an identity, or a device, used of a day, over all purposes. In the database, so that no restart forgives it.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "face_attempts")]
pub(crate) struct Model {
    /// Blind index of the document's family and number, or of the device.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) identity_index: Vec<u8>,
    /// Day in China.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) day: NaiveDate,
    /// Captures of somebody else's face.
    pub(crate) not_same: i32,
    /// Attacks among them.
    pub(crate) attacks: i32,
    /// Challenges that weren't answered.
    pub(crate) incomplete: i32,
    /// Captures that led nowhere without counting.
    pub(crate) free: i32,
    pub(crate) update_time: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
