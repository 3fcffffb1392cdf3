//! Face sessions, and what identities used of their days.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, date, float_null, integer, string, string_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};
use shiming_store::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(sessions()).await?;
        manager.create_index(index("face_sessions", &["identity_index", "capture_until"])).await?;
        manager.create_index(index("face_sessions", &["expire_time"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("face_attempts")
                    .col(binary("identity_index"))
                    .col(date("day"))
                    .col(integer("not_same"))
                    .col(integer("free"))
                    .col(timestamp_with_time_zone("update_time"))
                    .primary_key(Index::create().col("identity_index").col("day"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("face_attempts", &["update_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("face_sessions")
        .col(uuid("face_session_id").primary_key())
        .col(string("purpose"))
        .col(uuid("subject_id"))
        .col(binary("identity_index"))
        .col(binary("identity"))
        .col(binary("token_hash"))
        .col(uuid("consent_id"))
        .col(string("consent_version"))
        .col(string("consent_sha256"))
        .col(timestamp_with_time_zone("create_time"))
        .col(timestamp_with_time_zone("expire_time"))
        .col(uuid_null("capture_id"))
        .col(timestamp_with_time_zone_null("capture_until"))
        .col(float_null("similarity"))
        .col(float_null("threshold"))
        .col(string_null("liveness"))
        .col(string_null("model_pack"))
        .col(timestamp_with_time_zone_null("decide_time"))
        .col(timestamp_with_time_zone_null("result_expire_time"))
        .col(timestamp_with_time_zone_null("redeem_time"))
        .to_owned()
}
