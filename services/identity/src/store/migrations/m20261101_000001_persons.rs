//! Collected persons.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, date, integer, small_integer, string, timestamp_with_time_zone, uuid,
};
use shiming_store::unique_index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("persons")
                    .col(uuid("id").primary_key())
                    .col(string("document_type"))
                    .col(binary("identity_index"))
                    .col(integer("index_version"))
                    .col(binary("number_sealed"))
                    .col(binary("name_sealed"))
                    .col(binary("mobile_index"))
                    .col(small_integer("mobile_slot"))
                    .col(binary("mobile_sealed"))
                    .col(ColumnDef::new("email_sealed").binary().null())
                    .col(string("nationality"))
                    .col(binary("ethnicity_sealed"))
                    .col(binary("birth_date_sealed"))
                    .col(date("valid_from"))
                    .col(ColumnDef::new("valid_until").date().null())
                    .col(binary("issuing_authority_sealed"))
                    .col(binary("address_sealed"))
                    .col(string("evidence"))
                    .col(uuid("collection_id"))
                    .col(timestamp_with_time_zone("create_time"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique_index("persons", &["identity_index"])).await?;
        manager.create_index(unique_index("persons", &["mobile_index", "mobile_slot"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
