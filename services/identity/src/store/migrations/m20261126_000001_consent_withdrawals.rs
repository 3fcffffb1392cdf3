//! Withdrawals of consents.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, integer, string, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
    uuid_null,
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
                    .table("consent_withdrawals")
                    .col(uuid("id").primary_key())
                    .col(uuid("consent_id"))
                    .col(uuid("person_id"))
                    .col(binary("identity_index"))
                    .col(integer("index_version"))
                    .col(string("purpose"))
                    .col(timestamp_with_time_zone("withdraw_time"))
                    .col(uuid_null("erasure_id"))
                    .col(timestamp_with_time_zone_null("erase_time"))
                    .col(text_null("erased"))
                    .col(text_null("proof"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("consent_withdrawals", &["identity_index", "withdraw_time"])).await?;
        let pending = index("consent_withdrawals", &["withdraw_time"])
            .and_where(Expr::col("erasure_id").is_null())
            .to_owned();
        manager.create_index(pending).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
