//! Wrong codes per identity and day.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, date, integer, timestamp_with_time_zone};
use shiming_store::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("identity_attempts")
                    .col(binary("identity_index"))
                    .col(date("day"))
                    .col(integer("wrong_tries"))
                    .col(timestamp_with_time_zone("update_time"))
                    .primary_key(Index::create().col("identity_index").col("day"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("identity_attempts", &["update_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
