//! A picture kept of a passed capture, where keeping is switched on.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "face_evidence")]
pub(crate) struct Model {
    /// The session that passed.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) face_session_id: Uuid,
    /// Blind index of the document's family and number.
    pub(crate) identity_index: Vec<u8>,
    /// Sealed.
    pub(crate) image: Vec<u8>,
    pub(crate) create_time: DateTime<Utc>,
    pub(crate) expire_time: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("face_evidence")
            .field("face_session_id", &self.face_session_id)
            .finish_non_exhaustive()
    }
}
