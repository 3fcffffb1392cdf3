//! Challenges, counted attacks, locks, risk events, and marks of the frames that were judged.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    binary, binary_null, float_null, integer, json, string, string_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid,
};
use shiming_store::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for column in [
            string("evidence").default("face").take(),
            binary_null("challenge_nonce").take(),
            string_null("challenge_actions").take(),
            timestamp_with_time_zone_null("challenge_issue_time").take(),
            timestamp_with_time_zone_null("challenge_expire_time").take(),
            string_null("reached_evidence").take(),
            float_null("passive").take(),
            string_null("actions").take(),
        ] {
            manager.alter_table(adding("face_sessions", column)).await?;
        }
        for counter in ["attacks", "incomplete"] {
            manager.alter_table(adding("face_attempts", integer(counter).default(0).take())).await?;
        }
        manager.create_table(locks()).await?;
        manager.create_table(risk_events()).await?;
        manager.create_index(index("face_risk_events", &["kind", "risk_event_id"])).await?;
        manager.create_index(index("face_risk_events", &["occur_time"])).await?;
        manager.create_table(frame_marks()).await?;
        manager.create_index(index("face_frame_marks", &["judge_time"])).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn adding(table: &'static str, column: ColumnDef) -> TableAlterStatement {
    Table::alter().table(table).add_column(column).to_owned()
}

fn locks() -> TableCreateStatement {
    Table::create()
        .table("face_locks")
        .col(binary("identity_index").primary_key())
        .col(timestamp_with_time_zone("lock_time"))
        .col(timestamp_with_time_zone_null("end_time"))
        .col(string("reason"))
        .col(string("actor"))
        .to_owned()
}

fn risk_events() -> TableCreateStatement {
    Table::create()
        .table("face_risk_events")
        .col(uuid("risk_event_id").primary_key())
        .col(timestamp_with_time_zone("occur_time"))
        .col(string("kind"))
        .col(uuid("face_session_id"))
        .col(string("purpose"))
        .col(uuid("subject_id"))
        .col(string("identity"))
        .col(string("device"))
        .col(json("measures"))
        .to_owned()
}

fn frame_marks() -> TableCreateStatement {
    Table::create()
        .table("face_frame_marks")
        .col(binary("mark").primary_key())
        .col(uuid("face_session_id"))
        .col(timestamp_with_time_zone("judge_time"))
        .to_owned()
}
