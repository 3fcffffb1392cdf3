//! Forgets sessions and days that nothing asks for any more.

use chrono::{DateTime, TimeDelta, Utc};
use shiming_store::{Expired, Store, StoreError, delete_expired};

use super::entities::{
    face_attempt, face_session, frame_mark, processing_record, provider_check, risk_event,
};

/// Longer than a result lives and than a request is repeated; the audit log keeps what was decided.
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(2);
/// Only the present day counts; the others are there to be looked at.
const ATTEMPTS_KEPT: TimeDelta = TimeDelta::days(30);
/// A recording is shown again soon, or not at all.
const MARKS_KEPT: TimeDelta = TimeDelta::days(7);
/// As long as the audit log (GB/T 22239: at least six months).
const RISKS_KEPT: TimeDelta = TimeDelta::days(183);
/// For the last word, which a page may still ask for.
const CHECKS_KEPT: TimeDelta = TimeDelta::minutes(5);
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
    let marks = Expired {
        key: &[frame_mark::Column::Mark],
        time: frame_mark::Column::JudgeTime,
        before: now - MARKS_KEPT,
    };
    let risks = Expired {
        key: &[risk_event::Column::RiskEventId],
        time: risk_event::Column::OccurTime,
        before: now - RISKS_KEPT,
    };
    let records = Expired {
        key: &[processing_record::Column::RecordId],
        time: processing_record::Column::ExpireTime,
        before: now,
    };
    // The person in full goes soon after the session's end, not with its row.
    let checks = Expired {
        key: &[provider_check::Column::FaceSessionId],
        time: provider_check::Column::ExpireTime,
        before: now - CHECKS_KEPT,
    };
    Ok(delete_expired::<provider_check::Entity>(store, "purge_provider_checks", &checks, CHUNK).await?
        + delete_expired::<face_session::Entity>(store, "purge_sessions", &sessions, CHUNK).await?
        + delete_expired::<face_attempt::Entity>(store, "purge_attempts", &attempts, CHUNK).await?
        + delete_expired::<frame_mark::Entity>(store, "purge_frame_marks", &marks, CHUNK).await?
        + delete_expired::<risk_event::Entity>(store, "purge_risk_events", &risks, CHUNK).await?
        + delete_expired::<processing_record::Entity>(store, "purge_processing_records", &records, CHUNK)
            .await?)
}
