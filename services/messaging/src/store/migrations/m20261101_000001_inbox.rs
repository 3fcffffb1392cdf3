//! Messages, to-dos, closed tasks and the events already taken in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, boolean, string, timestamp_with_time_zone, uuid};
use shiming_store::{index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(messages()).await?;
        // The list (unread first, newest first) and the unread count walk this index.
        manager.create_index(index("messages", &["person_id", "is_read", "message_id"])).await?;
        manager.create_table(todos()).await?;
        manager.create_index(index("todos", &["person_id", "is_done", "todo_id"])).await?;
        manager.create_index(unique_index("todos", &["todo_key", "person_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("closed_tasks")
                    .col(string("todo_key").primary_key())
                    .col(timestamp_with_time_zone("close_time"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("received_events")
                    .col(uuid("event_id").primary_key())
                    .col(timestamp_with_time_zone("receive_time"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("received_events", &["receive_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn messages() -> TableCreateStatement {
    Table::create()
        .table("messages")
        .col(uuid("message_id").primary_key())
        .col(uuid("person_id"))
        .col(string("template"))
        .col(binary("params"))
        .col(boolean("is_read"))
        .col(timestamp_with_time_zone("create_time"))
        .col(ColumnDef::new("read_time").timestamp_with_time_zone().null())
        .to_owned()
}

fn todos() -> TableCreateStatement {
    Table::create()
        .table("todos")
        .col(uuid("todo_id").primary_key())
        .col(uuid("person_id"))
        .col(string("todo_key"))
        .col(string("template"))
        .col(binary("params"))
        .col(boolean("is_done"))
        .col(timestamp_with_time_zone("create_time"))
        .col(ColumnDef::new("done_time").timestamp_with_time_zone().null())
        .to_owned()
}
