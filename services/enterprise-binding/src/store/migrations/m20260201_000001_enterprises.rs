//! The registry of enterprises.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, string, timestamp_with_time_zone, uuid};
use shiming_store::{index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("enterprises")
                    .col(uuid("id").primary_key())
                    .col(ColumnDef::new("code").string().null())
                    .col(binary("taxpayer_id"))
                    .col(binary("taxpayer_index"))
                    .col(string("name"))
                    .col(string("status"))
                    .col(binary("representative"))
                    .col(binary("representative_index"))
                    .col(ColumnDef::new("officer").binary().null())
                    .col(ColumnDef::new("officer_index").binary().null())
                    .col(string("tax_authority"))
                    .col(string("address"))
                    .col(big_integer("revision"))
                    .col(timestamp_with_time_zone("create_time"))
                    .col(timestamp_with_time_zone("update_time"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique_index("enterprises", &["code"])).await?;
        manager.create_index(unique_index("enterprises", &["taxpayer_index"])).await?;
        manager.create_index(index("enterprises", &["representative_index"])).await?;
        manager.create_index(index("enterprises", &["officer_index"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
