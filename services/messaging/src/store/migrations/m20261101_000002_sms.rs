//! Text messages on their way.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, string, timestamp_with_time_zone, uuid};
use shiming_store::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("sms_sendings")
                    .col(uuid("request_id"))
                    .col(string("caller"))
                    .col(string("state"))
                    .col(binary("fingerprint"))
                    .col(timestamp_with_time_zone("start_time"))
                    .col(ColumnDef::new("end_time").timestamp_with_time_zone().null())
                    .primary_key(Index::create().col("request_id").col("caller"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("sms_sendings", &["start_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
