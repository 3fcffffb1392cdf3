//! Idempotency records: which `request_id` got which answer, for a day.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string, timestamp_with_time_zone, uuid};

use crate::schema::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("idempotency")
                    .col(string("scope"))
                    .col(uuid("request_id"))
                    .col(ColumnDef::new("response").binary().null())
                    .col(timestamp_with_time_zone("create_time"))
                    .primary_key(Index::create().col("scope").col("request_id"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("idempotency", &["create_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
