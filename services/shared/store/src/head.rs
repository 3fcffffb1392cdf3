//! The one row whose lock puts commits in order.
//!
//! Audit rows and outbox events are written last in a transaction, under the lock of `audit_head`. So the chain never forks, and
//! outbox numbers rise in the order of commits: a relay that reads up to 7 will never see a 6 appear later. The price is that
//! commits of one service follow one another; each holds the lock for a few short statements.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, EntityTrait as _, QuerySelect as _};
use shiming_crypto::Sealer;

use crate::audit::{self, AuditEntry};
use crate::cause::Cause;
use crate::entities::{audit_head, audit_log, outbox as outbox_rows};
use crate::error::StoreError;
use crate::outbox::{self, OutboxEvent};

const ONLY_ROW: i16 = 1;

/// Where the audit chain ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPlace {
    /// The number of its last row, 0 when there is none.
    pub seq: i64,
    /// That row's hash.
    pub hash: Vec<u8>,
}

/// Appends to the chain and to the outbox; the transaction should commit right after.
pub(crate) async fn append(
    conn: &impl ConnectionTrait,
    sealer: &Sealer,
    now: DateTime<Utc>,
    audits: Vec<AuditEntry>,
    events: Vec<OutboxEvent>,
) -> Result<AuditPlace, StoreError> {
    let head =
        audit_head::Entity::find_by_id(ONLY_ROW).lock_exclusive().one(conn).await.map_err(unwritable)?;
    let Some(mut head) = head else {
        return Err(StoreError::AuditUnwritable(Cause::because("audit_head has no row")));
    };
    let mut rows = Vec::with_capacity(audits.len());
    for entry in audits {
        let row = audit::chained(entry, now, head.audit_seq + 1, std::mem::take(&mut head.audit_hash));
        head.audit_seq = row.seq;
        head.audit_hash.clone_from(&row.hash);
        rows.push(audit_log::ActiveModel::from(row));
    }
    let mut deliveries = Vec::with_capacity(events.len());
    for event in events {
        head.outbox_seq += 1;
        deliveries.push(outbox::row(event, sealer, now, head.outbox_seq)?);
    }
    if !rows.is_empty() {
        audit_log::Entity::insert_many(rows).exec_without_returning(conn).await.map_err(unwritable)?;
    }
    if !deliveries.is_empty() {
        outbox_rows::Entity::insert_many(deliveries).exec_without_returning(conn).await?;
    }
    let place = AuditPlace { seq: head.audit_seq, hash: head.audit_hash.clone() };
    let moved = audit_head::ActiveModel {
        id: Set(head.id),
        audit_seq: Set(head.audit_seq),
        audit_hash: Set(head.audit_hash),
        outbox_seq: Set(head.outbox_seq),
    };
    audit_head::Entity::update(moved).exec(conn).await.map_err(unwritable)?;
    Ok(place)
}

/// A refusal by the audit tables themselves; losing a race or the connection stays what it is.
fn unwritable(error: sea_orm::DbErr) -> StoreError {
    match StoreError::from(error) {
        StoreError::Internal(source) | StoreError::Unique { source, .. } | StoreError::ForeignKey(source) => {
            StoreError::AuditUnwritable(source)
        }
        other => other,
    }
}
