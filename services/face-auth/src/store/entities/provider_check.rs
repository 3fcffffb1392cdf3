//! What a face session needs for providers outside the house.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_checks")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) face_session_id: Uuid,
    /// Sealed JSON of document and name; gone when the session ends.
    pub(crate) person: Option<Vec<u8>>,
    /// Who shows the check, when one was opened.
    pub(crate) provider: Option<String>,
    /// Sealed JSON of what the provider gave; gone when the session ends.
    pub(crate) ticket: Option<Vec<u8>>,
    /// Before that the provider isn't asked again.
    pub(crate) next_query_time: Option<DateTime<Utc>>,
    /// The provider's last word.
    pub(crate) outcome: Option<String>,
    /// End of the session.
    pub(crate) expire_time: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("provider_check")
            .field("face_session_id", &self.face_session_id)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}
