//! The shared tables as sea-orm entities.
#![expect(unreachable_pub, reason = "the derive makes public items for a crate-private module")]

pub(crate) mod audit_head;
pub(crate) mod audit_log;
pub(crate) mod idempotency;
pub(crate) mod outbox;
