//! What is kept of people's faces beside the references: evidence, processing records, and who had everything erased.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, string, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};
use shiming_store::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(evidence()).await?;
        manager.create_index(index("face_evidence", &["identity_index"])).await?;
        manager.create_index(index("face_evidence", &["expire_time"])).await?;
        manager.create_table(records()).await?;
        manager.create_index(index("processing_records", &["identity_index", "record_id"])).await?;
        manager.create_index(index("processing_records", &["expire_time"])).await?;
        manager.create_table(tombstones()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn evidence() -> TableCreateStatement {
    Table::create()
        .table("face_evidence")
        .col(uuid("face_session_id").primary_key())
        .col(binary("identity_index"))
        .col(binary("image"))
        .col(timestamp_with_time_zone("create_time"))
        .col(timestamp_with_time_zone("expire_time"))
        .to_owned()
}

fn records() -> TableCreateStatement {
    Table::create()
        .table("processing_records")
        .col(uuid("record_id").primary_key())
        .col(binary("identity_index"))
        .col(timestamp_with_time_zone("process_time"))
        .col(uuid("face_session_id"))
        .col(string("purpose"))
        .col(uuid("consent_id"))
        .col(string("consent_version"))
        .col(string("kinds"))
        .col(string("processor"))
        .col(string("result"))
        .col(timestamp_with_time_zone_null("evidence_expire_time"))
        .col(timestamp_with_time_zone("expire_time"))
        .to_owned()
}

fn tombstones() -> TableCreateStatement {
    Table::create()
        .table("face_tombstones")
        .col(binary("identity_index").primary_key())
        .col(timestamp_with_time_zone("withdraw_time"))
        .col(uuid("request_id"))
        .col(text("erasure"))
        .to_owned()
}
