//! Since when a person's record rests on its evidence. Replicas of the release before may still add rows without it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::timestamp_with_time_zone_null;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut time = timestamp_with_time_zone_null("evidence_time");
        manager.alter_table(Table::alter().table("persons").add_column(&mut time).to_owned()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
