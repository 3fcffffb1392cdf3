//! Rows as sea-orm sees them.

pub(super) mod closed_task;
pub(super) mod message;
pub(super) mod received_event;
pub(super) mod sms_sending;
pub(super) mod todo;
