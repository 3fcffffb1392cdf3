//! Forgets sessions and days that nothing asks for any more.

use chrono::{DateTime, TimeDelta, Utc};
use shiming_store::{Expired, Store, StoreError, delete_expired};

use super::entities::{face_attempt, face_session};

/// Longer than a result lives and than a request is repeated; the audit log keeps what was decided.
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(2);
/// Only the present day counts; the others are there to be looked at.
const ATTEMPTS_KEPT: TimeDelta = TimeDelta::days(30);
const CHUNK: u32 = 500;

/// Deletes what is old enough at `now`, in small transactions; returns how many rows went.
pub(crate) async fn purge(store: &Store, now: DateTime<Utc>) -> Result<u64, StoreError> {
    use face_attempt::Column as Attempt;
    use face_session::Column as Session;
    let sessions =
        Expired { key: &[Session::FaceSessionId], time: Session::ExpireTime, before: now - SESSIONS_KEPT };
    let attempts = Expired {
        key: &[Attempt::IdentityIndex, Attempt::Day],
        time: Attempt::UpdateTime,
        before: now - ATTEMPTS_KEPT,
    };
    Ok(delete_expired::<face_session::Entity>(store, "purge_sessions", &sessions, CHUNK).await?
        + delete_expired::<face_attempt::Entity>(store, "purge_attempts", &attempts, CHUNK).await?)
}
