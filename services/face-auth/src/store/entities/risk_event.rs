//! A capture that looked like an attack. Nothing in it names a person.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "face_risk_events")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) risk_event_id: Uuid,
    pub(crate) occur_time: DateTime<Utc>,
    pub(crate) kind: String,
    pub(crate) face_session_id: Uuid,
    pub(crate) purpose: String,
    pub(crate) subject_id: Uuid,
    /// Pseudonyms; the device's is empty when none was told.
    pub(crate) identity: String,
    pub(crate) device: String,
    /// Measures by name.
    pub(crate) measures: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
