//! The daily count of look-ups per person.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, date, timestamp_with_time_zone, uuid};
use shiming_store::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("lookups")
                    .col(uuid("person_id"))
                    .col(date("day"))
                    .col(big_integer("count"))
                    .col(timestamp_with_time_zone("update_time"))
                    .primary_key(Index::create().col("person_id").col("day"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("lookups", &["update_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
