//! The audit log: every decision about a person or a binding, as a hash chain.
//!
//! Each row's hash covers the hash before it and the row itself, so that a row that was changed, removed, inserted or moved
//! breaks the chain there. Rows are written only by [`Tx::audit`](crate::Tx::audit), in the transaction of the change itself.

mod verify;

use std::fmt::Display;

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};
use shiming_kernel::CallContext;

use crate::entities::audit_log::Model;

pub use verify::{Broken, Flaw, Stretch, Verified, verify, verify_stretch};

/// What stands before the first row.
pub(crate) const GENESIS_HASH: [u8; 32] = [0; 32];

/// One decision. No personal data anywhere in it: ids are opaque.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// Who did it: `person:<id>`, `service:identity`, `ops:li` (`CallContext::actor`).
    pub actor: String,
    /// What happened: `collection.completed`.
    pub action: &'static str,
    /// The opaque id of what it happened to.
    pub subject: String,
    /// Facts worth keeping, without personal data.
    pub detail: serde_json::Value,
    /// The trace of the request, 32 hex digits.
    pub trace_id: Option<String>,
}

impl AuditEntry {
    /// What `call` did to `subject`; `detail` holds nothing personal.
    pub fn of(
        call: &CallContext,
        action: &'static str,
        subject: impl Display,
        detail: serde_json::Value,
    ) -> Self {
        let (actor, trace_id) = (call.actor(), call.trace_id.clone());
        Self { actor, action, subject: subject.to_string(), detail, trace_id }
    }
}

/// The entry as the chain's next row.
pub(crate) fn chained(entry: AuditEntry, now: DateTime<Utc>, seq: i64, prev_hash: Vec<u8>) -> Model {
    let mut row = Model {
        seq,
        create_time: now,
        actor: entry.actor,
        action: entry.action.to_owned(),
        subject: entry.subject,
        detail: entry.detail.to_string(),
        trace_id: entry.trace_id,
        prev_hash,
        hash: Vec::new(),
    };
    row.hash = hash(&row);
    row
}

/// SHA-256 over the previous hash and the row, each part with its length before it, so that no two rows read alike.
fn hash(row: &Model) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    let time = row.create_time.timestamp_micros().to_be_bytes();
    let trace: &[u8] = row.trace_id.as_deref().map_or(&[0xff], str::as_bytes);
    let seq = row.seq.to_be_bytes();
    let parts: [&[u8]; 9] = [
        b"shiming audit v1",
        &row.prev_hash,
        &seq,
        &time,
        row.actor.as_bytes(),
        row.action.as_bytes(),
        row.subject.as_bytes(),
        row.detail.as_bytes(),
        trace,
    ];
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}
