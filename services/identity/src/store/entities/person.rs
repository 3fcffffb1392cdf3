//! Collected persons. `identity_index` is unique; `mobile_slot` numbers the persons of one mobile, so that a unique index holds their
//! number below the limit.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "persons")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub document_type: String,
    pub identity_index: Vec<u8>,
    pub index_version: i32,
    pub number_sealed: Vec<u8>,
    pub name_sealed: Vec<u8>,
    pub mobile_index: Vec<u8>,
    pub mobile_slot: i16,
    pub mobile_sealed: Vec<u8>,
    pub email_sealed: Option<Vec<u8>>,
    pub nationality: String,
    pub ethnicity_sealed: Vec<u8>,
    pub birth_date_sealed: Vec<u8>,
    pub valid_from: NaiveDate,
    pub valid_until: Option<NaiveDate>,
    pub issuing_authority_sealed: Vec<u8>,
    pub address_sealed: Vec<u8>,
    pub evidence: String,
    /// Absent in rows of a release that did not know it: then since `create_time`.
    pub evidence_time: Option<DateTime<Utc>>,
    pub collection_id: Uuid,
    pub create_time: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
