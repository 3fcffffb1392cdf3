//! Bindings, applications among them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, binary, boolean, small_integer, string, timestamp_with_time_zone, uuid,
};
use shiming_store::{index, unique_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("bindings")
                    .col(uuid("id").primary_key())
                    .col(uuid("enterprise_id"))
                    .col(uuid("person_id"))
                    .col(string("role"))
                    .col(string("state"))
                    .col(small_integer("rank"))
                    .col(boolean("applied_for"))
                    .col(boolean("from_registry"))
                    .col(binary("holder"))
                    .col(timestamp_with_time_zone("create_time"))
                    .col(ColumnDef::new("decide_time").timestamp_with_time_zone().null())
                    .col(ColumnDef::new("decided_by").uuid().null())
                    .col(ColumnDef::new("expire_time").timestamp_with_time_zone().null())
                    .col(big_integer("revision"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_bindings_enterprise_id")
                            .from("bindings", "enterprise_id")
                            .to("enterprises", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        // One pending or active binding per person, enterprise and role, whatever the code above believes.
        let taken = Expr::col("state").is_in(["pending", "active"]);
        let once = unique_index("bindings", &["person_id", "enterprise_id", "role"]).and_where(taken).take();
        manager.create_index(once).await?;
        // A person's own list, newest first (ids ascend with time).
        manager.create_index(index("bindings", &["person_id", "id"])).await?;
        // An approver's list: what waits first, then the newest.
        let applications = Expr::col("applied_for").eq(true);
        let listed = index("bindings", &["enterprise_id", "rank", "id"]).and_where(applications).take();
        manager.create_index(listed).await?;
        // Who decides for an enterprise, and whom a change of the registry displaces.
        manager.create_index(index("bindings", &["enterprise_id", "state"])).await?;
        // What has lapsed.
        let waiting = Expr::col("expire_time").is_not_null();
        manager.create_index(index("bindings", &["expire_time"]).and_where(waiting).take()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
