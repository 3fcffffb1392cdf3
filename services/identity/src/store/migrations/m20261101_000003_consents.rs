//! The consent ledger.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, integer, string, timestamp_with_time_zone, uuid};
use shiming_store::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("consents")
                    .col(uuid("id").primary_key())
                    .col(string("subject_kind"))
                    .col(uuid("subject_id"))
                    .col(binary("identity_index"))
                    .col(integer("index_version"))
                    .col(string("purpose"))
                    .col(string("text_version"))
                    .col(string("text_sha256"))
                    .col(timestamp_with_time_zone("agree_time"))
                    .col(ColumnDef::new("ip_hash").string().null())
                    .col(ColumnDef::new("device_hash").string().null())
                    .col(ColumnDef::new("user_agent").string().null())
                    .col(timestamp_with_time_zone("create_time"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("consents", &["identity_index", "create_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
