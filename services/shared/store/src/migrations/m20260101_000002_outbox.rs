//! The outbox: events that committed with their change and wait for the relay.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, integer, string, timestamp_with_time_zone, uuid};

use crate::schema::{index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("outbox")
                    .col(big_integer("seq").primary_key())
                    .col(uuid("event_id"))
                    .col(string("topic"))
                    .col(string("ordering_key"))
                    .col(binary("payload"))
                    .col(ColumnDef::new("trace_parent").string().null())
                    .col(timestamp_with_time_zone("create_time"))
                    .col(integer("attempts"))
                    .col(timestamp_with_time_zone("next_attempt_time"))
                    .col(ColumnDef::new("claimed_until").timestamp_with_time_zone().null())
                    .col(ColumnDef::new("delivered_time").timestamp_with_time_zone().null())
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique_index("outbox", &["event_id"])).await?;
        // The relay's two questions, over what is undelivered only, so that both stay as small as the backlog.
        let undelivered = || Expr::col("delivered_time").is_null();
        manager.create_index(index("outbox", &["seq"]).and_where(undelivered()).take()).await?;
        manager
            .create_index(index("outbox", &["ordering_key", "seq"]).and_where(undelivered()).take())
            .await?;
        manager.create_index(index("outbox", &["delivered_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
