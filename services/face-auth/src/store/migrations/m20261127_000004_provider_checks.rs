//! What a face session needs for providers outside the house, in a table of its own that empties as sessions end.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary_null, string_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};
use shiming_store::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("provider_checks")
                    .col(uuid("face_session_id").primary_key())
                    .col(binary_null("person"))
                    .col(string_null("provider"))
                    .col(binary_null("ticket"))
                    .col(timestamp_with_time_zone_null("next_query_time"))
                    .col(string_null("outcome"))
                    .col(timestamp_with_time_zone("expire_time"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("provider_checks", &["expire_time"])).await?;
        manager
            .alter_table(Table::alter().table("face_sessions").add_column(string_null("provider")).to_owned())
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
