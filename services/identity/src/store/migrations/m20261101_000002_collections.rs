//! Collections under way.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, integer, string, timestamp_with_time_zone, uuid};
use shiming_store::{index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("collections")
                    .col(uuid("id").primary_key())
                    .col(binary("token_hash"))
                    .col(string("document_type"))
                    .col(binary("number_sealed"))
                    .col(binary("name_sealed"))
                    .col(string("step"))
                    .col(ColumnDef::new("face_session_id").uuid().null())
                    .col(ColumnDef::new("face_pass_time").timestamp_with_time_zone().null())
                    .col(ColumnDef::new("person_id").uuid().null())
                    .col(integer("version"))
                    .col(timestamp_with_time_zone("create_time"))
                    .col(timestamp_with_time_zone("expire_time"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique_index("collections", &["token_hash"])).await?;
        manager.create_index(index("collections", &["expire_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
