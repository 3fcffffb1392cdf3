//! Face checks within a session.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{timestamp_with_time_zone, uuid};
use shiming_store::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("step_ups")
                    .col(uuid("face_session_id").primary_key())
                    .col(uuid("session_id"))
                    .col(uuid("person_id"))
                    .col(ColumnDef::new("complete_time").timestamp_with_time_zone().null())
                    .col(timestamp_with_time_zone("create_time"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("step_ups", &["create_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
