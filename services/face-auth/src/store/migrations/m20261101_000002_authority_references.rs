//! The authority's reference faces.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, string, timestamp_with_time_zone, uuid};
use shiming_store::unique_index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("authority_references")
                    .col(uuid("reference_id").primary_key())
                    .col(binary("identity_index"))
                    .col(binary("template"))
                    .col(binary("name"))
                    .col(string("model_pack"))
                    .col(binary("content"))
                    .col(timestamp_with_time_zone("create_time"))
                    .col(timestamp_with_time_zone("update_time"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique_index("authority_references", &["identity_index"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
