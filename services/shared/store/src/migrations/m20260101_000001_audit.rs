//! The audit chain: its rows, its head, and triggers that refuse to change what was written.

use sea_orm::{ConnectionTrait as _, DbBackend};
use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, small_integer, string, text, timestamp_with_time_zone};

use crate::audit::GENESIS_HASH;
use crate::schema::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("audit_log")
                    .col(big_integer("seq").primary_key())
                    .col(timestamp_with_time_zone("create_time"))
                    .col(string("actor"))
                    .col(string("action"))
                    .col(string("subject"))
                    .col(text("detail"))
                    .col(ColumnDef::new("trace_id").string().null())
                    .col(binary("prev_hash"))
                    .col(binary("hash"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("audit_log", &["subject", "seq"])).await?;
        manager.create_index(index("audit_log", &["create_time"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("audit_head")
                    .col(small_integer("id").primary_key())
                    .col(big_integer("audit_seq"))
                    .col(binary("audit_hash"))
                    .col(big_integer("outbox_seq"))
                    .to_owned(),
            )
            .await?;
        let genesis = Query::insert()
            .into_table("audit_head")
            .columns(["id", "audit_seq", "audit_hash", "outbox_seq"])
            .values_panic([1_i16.into(), 0_i64.into(), GENESIS_HASH.to_vec().into(), 0_i64.into()])
            .to_owned();
        manager.execute(genesis).await?;
        for statement in append_only(manager.get_database_backend()) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Rows of `audit_log` can be added and read, nothing else. Whoever may drop a trigger can still cheat: the chain shows it.
fn append_only(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &[
            "CREATE FUNCTION audit_log_append_only() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'audit_log is append-only'; END $$",
            "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log \
             FOR EACH STATEMENT EXECUTE FUNCTION audit_log_append_only()",
        ],
        DbBackend::Sqlite => &[
            "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log \
             BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END",
            "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log \
             BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END",
        ],
        _ => &[],
    }
}
