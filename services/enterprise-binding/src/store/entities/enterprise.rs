//! The registry. Natural persons and the taxpayer id are sealed; what is looked up has a blind index.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enterprises")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: Option<String>,
    pub taxpayer_id: Vec<u8>,
    pub taxpayer_index: Vec<u8>,
    pub name: String,
    pub status: String,
    pub representative: Vec<u8>,
    pub representative_index: Vec<u8>,
    pub officer: Option<Vec<u8>>,
    pub officer_index: Option<Vec<u8>>,
    pub tax_authority: String,
    pub address: String,
    pub revision: i64,
    pub create_time: DateTimeUtc,
    pub update_time: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
