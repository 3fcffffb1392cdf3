//! Rows as sea-orm sees them.

pub(super) mod authority_reference;
pub(super) mod face_attempt;
pub(super) mod face_evidence;
pub(super) mod face_lock;
pub(super) mod face_session;
pub(super) mod face_tombstone;
pub(super) mod frame_mark;
pub(super) mod processing_record;
pub(super) mod provider_check;
pub(super) mod risk_event;
