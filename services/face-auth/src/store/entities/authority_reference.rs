//! A person's reference face: the template of the authority's photo. The photo itself isn't kept.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authority_references")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) reference_id: Uuid,
    /// Blind index of the document's family and number.
    pub(crate) identity_index: Vec<u8>,
    /// Sealed.
    pub(crate) template: Vec<u8>,
    /// Sealed matching key of the name.
    pub(crate) name: Vec<u8>,
    /// Which pack made the template: no other can compare it.
    pub(crate) model_pack: String,
    /// Keyed hash of everything the row was made of.
    pub(crate) content: Vec<u8>,
    pub(crate) create_time: DateTime<Utc>,
    pub(crate) update_time: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("authority_reference")
            .field("reference_id", &self.reference_id)
            .finish_non_exhaustive()
    }
}
