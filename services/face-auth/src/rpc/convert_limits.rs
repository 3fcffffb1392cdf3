//! Between the contract's messages about limits and the domain.

use chrono::{DateTime, Utc};
use shiming_identifiers::Identity;
use shiming_kernel::AskedPage;
use shiming_proto::face::v1 as proto;
use shiming_rpc::convert::{InvalidField, page, timestamp, to_time};
use shiming_rpc::{Coded as _, coded, enum_table};
use shiming_store::Page;

use super::convert::person;
use crate::app::{ChangeLock, FaceLimits, LockChange};
use crate::domain::{AttackType, FaceLock, RiskEvent};
use crate::error::FaceAuthError;

const LONGEST_REASON: usize = 200;

enum_table!(AttackType => proto::AttackType {
    Presentation,
    StillImage,
    FlatFace,
    FaceSwap,
    Replay,
    WrongAction,
    Timing,
    ByProvider,
});

pub(super) fn get_face_limits(
    request: &proto::GetFaceLimitsRequest,
    now: DateTime<Utc>,
) -> Result<(Identity, String), FaceAuthError> {
    Ok((person(request.document.as_ref(), now)?, reason("purpose", &request.purpose)?))
}

pub(super) fn lock_face(
    request: &proto::LockFaceRequest,
    now: DateTime<Utc>,
) -> Result<ChangeLock, FaceAuthError> {
    let end_time = request.end_time.map(|time| to_time("end_time", time)).transpose()?;
    if end_time.is_some_and(|end| end <= now) {
        return Err(InvalidField::new("end_time", "PAST", "锁定的结束时间应晚于现在").into());
    }
    Ok(ChangeLock {
        person: person(request.document.as_ref(), now)?,
        reason: reason("reason", &request.reason)?,
        change: LockChange::Lock(end_time),
    })
}

pub(super) fn unlock_face(
    request: &proto::UnlockFaceRequest,
    now: DateTime<Utc>,
) -> Result<ChangeLock, FaceAuthError> {
    Ok(ChangeLock {
        person: person(request.document.as_ref(), now)?,
        reason: reason("reason", &request.reason)?,
        change: LockChange::Unlock,
    })
}

fn reason(field: &str, text: &str) -> Result<String, InvalidField> {
    let text = text.trim();
    match text.chars().count() {
        1..=LONGEST_REASON => Ok(text.to_owned()),
        _ => Err(InvalidField::new(field, "LENGTH", "请填写1至200字的事由")),
    }
}

pub(super) fn limits(limits: FaceLimits) -> proto::FaceLimits {
    let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    proto::FaceLimits {
        refused_faces: number(limits.refused_faces),
        free_tries: number(limits.free_tries),
        attacks: number(limits.attacks),
        attempts_left: number(limits.attempts_left),
        lock: limits.lock.map(lock),
    }
}

fn lock(lock: FaceLock) -> proto::FaceLock {
    proto::FaceLock {
        lock_time: Some(timestamp(lock.lock_time)),
        end_time: lock.end_time.map(timestamp),
        reason: lock.reason,
        actor: lock.actor,
    }
}

pub(super) fn list_risk_events(
    request: &proto::ListRiskEventsRequest,
) -> Result<(Option<AttackType>, AskedPage), InvalidField> {
    let kind = match request.attack_type {
        0 => None,
        value => Some(coded("attack_type", value)?),
    };
    Ok((kind, page(request.page_size, &request.page_token)?))
}

pub(super) fn risk_events(page: Page<RiskEvent>) -> proto::ListRiskEventsResponse {
    proto::ListRiskEventsResponse {
        events: page.items.into_iter().map(risk_event).collect(),
        next_page_token: page.next_page_token,
    }
}

fn risk_event(event: RiskEvent) -> proto::RiskEvent {
    proto::RiskEvent {
        risk_event_id: event.risk_event_id.to_string(),
        occur_time: Some(timestamp(event.occur_time)),
        attack_type: event.kind.to_wire().into(),
        face_session_id: event.face_session_id.to_string(),
        purpose: event.purpose.to_wire().into(),
        subject_id: event.subject_id.to_string(),
        identity_pseudonym: event.identity,
        device_pseudonym: event.device,
        measures: event.measures.into_iter().collect(),
    }
}
