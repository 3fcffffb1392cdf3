//! A capture on its way through the use cases: what it says of itself, under way, and passed.

use chrono::{DateTime, Utc};
use shiming_crypto::TokenHash;
use shiming_kernel::FaceSessionId;
use uuid::Uuid;

use crate::domain::{Challenge, FaceSession};

/// What a capture says of itself before its frames.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaptureHeader {
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) token: TokenHash,
    /// Of the challenge its frames answer.
    pub(crate) nonce: TokenHash,
}

/// A capture that passed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed {
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) expire_time: DateTime<Utc>,
}

/// A capture under way.
pub(super) struct Begun {
    pub(super) capture_id: Uuid,
    pub(super) session: FaceSession,
    /// What its frames must answer; the session no longer has it.
    pub(super) challenge: Challenge,
    pub(super) begin_time: DateTime<Utc>,
}
