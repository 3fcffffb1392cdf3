//! What follows from a judgement: the outcome, or a counted refusal, and everything that must be true with it.

use bytes::Bytes;
use serde_json::json;
use shiming_kernel::{CallContext, EventId, ServiceError as _, china_date, rest_of_china_day};
use shiming_store::{AuditEntry, OutboxEvent, Tx};

use super::capture::{Begun, Passed};
use super::examine_capture::Finding;
use super::record_decision::{Decision, record_decision};
use crate::app::App;
use crate::app::admission::device_quota;
use crate::domain::{
    AttackType, Doubt, FaceLock, FaceSession, LOCKED_BY_ATTACKS, Live, Liveness, Outcome, Refusal, RiskEvent,
    Tried, Verdict,
};
use crate::error::FaceAuthError;
use crate::store::{self, Quota};

/// A still person may by chance give one picture twice; a recording gives all of them.
const LEAST_REPLAYED: u64 = 4;
/// The topic of a suspected attack, and of its audit row.
const ATTACK: &str = "face.attack_suspected";

pub(super) async fn conclude(
    app: &App,
    caller: &CallContext,
    begun: &Begun,
    marks: &[[u8; 32]],
    finding: &Finding,
) -> Result<Passed, FaceAuthError> {
    let tx = app.store.begin("conclude_capture").await?;
    let id = begun.session.face_session_id;
    let session = store::lock_session(&tx, &app.vault, id).await?.ok_or(Refusal::SessionNotFound)?;
    session.holds(begun.capture_id)?;
    // Before anything is believed of them: pictures that were judged before prove nothing.
    let known = store::count_marked(&tx, marks).await?;
    let is_replay = known >= LEAST_REPLAYED && 2 * known >= marks.len() as u64;
    store::insert_marks(&tx, id, marks).await?;
    let replayed =
        Doubt::Attack { kind: AttackType::Replay, measures: vec![("repeated_frames", small(known))] };
    let refusal = match finding {
        _ if is_replay => doubted(app, caller, &tx, &session, &replayed).await?,
        Finding::Doubted(doubt) => doubted(app, caller, &tx, &session, doubt).await?,
        Finding::Compared { live, verdict, frames, picture } if verdict.passed => {
            return pass(app, caller, tx, begun, (live, verdict, *frames, picture.as_ref())).await;
        }
        Finding::Compared { .. } => {
            let attempts_left = count(app, caller, &tx, &session, Tried::NotSame).await?;
            Refusal::NotSame { attempts_left }
        }
        Finding::NotCompared(refusal) => {
            count(app, caller, &tx, &session, Tried::Free).await?;
            *refusal
        }
    };
    store::end_capture(&tx, id).await?;
    let compared_by = match finding {
        Finding::Compared { verdict, .. } => Some(verdict.provider),
        _ => None,
    };
    let reason = refusal.reason();
    record_decision(app, &tx, id, &Decision::refused(compared_by, reason.as_str())).await?;
    let detail = json!({"purpose": session.purpose.as_str(), "subject_id": session.subject_id,
        "reason": reason.as_str(), "facts": refusal.facts().metadata, "model_pack": app.engine.versions().pack});
    tx.audit(AuditEntry::of(caller, "face_capture.refused", id, detail));
    tx.commit().await?;
    Err(refusal.into())
}

async fn doubted(
    app: &App,
    caller: &CallContext,
    tx: &Tx,
    session: &FaceSession,
    doubt: &Doubt,
) -> Result<Refusal, FaceAuthError> {
    match doubt {
        Doubt::Quality(fault) => {
            count(app, caller, tx, session, Tried::Free).await?;
            Ok(Refusal::CaptureQuality(*fault))
        }
        Doubt::Incomplete { step, action } => {
            count(app, caller, tx, session, Tried::Incomplete).await?;
            Ok(Refusal::LivenessIncomplete { step: *step, action: *action })
        }
        Doubt::Attack { kind, measures } => {
            let attempts_left = count(app, caller, tx, session, Tried::Attack).await?;
            suspect(app, caller, tx, session, *kind, measures).await?;
            Ok(Refusal::LivenessAttack { attempts_left })
        }
    }
}

/// Counts the try for identity and device; locks the identity after too many attacks. Answers how many faces may still be refused.
pub(super) async fn count(
    app: &App,
    caller: &CallContext,
    tx: &Tx,
    session: &FaceSession,
    tried: Tried,
) -> Result<u32, FaceAuthError> {
    let (now, document) = (tx.now(), &session.identity.document);
    let (day, quota) = (china_date(now), Quota::of_identity(&app.vault, document));
    let used = store::lock_attempts(tx, &quota, day).await?.and(tried);
    store::count_try(tx, &quota, day, tried).await?;
    if let Some(device) = device_quota(app, caller) {
        store::lock_attempts(tx, &device, day).await?;
        store::count_try(tx, &device, day, tried).await?;
    }
    if tried == Tried::Attack && app.rules.attempts.locks(used) {
        let lock = FaceLock {
            lock_time: now,
            end_time: Some(now + rest_of_china_day(now)),
            reason: "too many captures of one day looked like attacks".into(),
            actor: LOCKED_BY_ATTACKS.into(),
        };
        let lock = lock.later(store::find_lock(tx.conn(), &app.vault, document).await?);
        store::put_lock(tx, &app.vault, document, &lock).await?;
        let detail = json!({"end_time": lock.end_time, "attacks": used.attacks});
        tx.audit(AuditEntry::of(caller, "face_identity.locked", session.face_session_id, detail));
    }
    Ok(app.rules.attempts.left(used))
}

/// Keeps a suspected attack as a risk event, and tells whoever listens.
pub(super) async fn suspect(
    app: &App,
    caller: &CallContext,
    tx: &Tx,
    session: &FaceSession,
    kind: AttackType,
    measures: &[(&'static str, f32)],
) -> Result<(), FaceAuthError> {
    let device = caller.client.device_hash.as_deref();
    let event = RiskEvent {
        risk_event_id: app.ids.next(),
        occur_time: tx.now(),
        kind,
        face_session_id: session.face_session_id,
        purpose: session.purpose,
        subject_id: session.subject_id,
        identity: app.vault.pseudonym("identity", &session.identity.document),
        device: device.map(|device| app.vault.pseudonym("device", device)).unwrap_or_default(),
        measures: measures.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
    };
    store::insert_risk_event(tx, &event).await?;
    tracing::warn!(
        attack.kind = kind.as_str(),
        face_session.id = %event.face_session_id,
        risk_event.id = %event.risk_event_id,
        "a capture looks like an attack"
    );
    let detail = json!({"attack_type": kind.as_str(), "risk_event_id": event.risk_event_id,
        "purpose": event.purpose.as_str(), "subject_id": event.subject_id, "measures": event.measures});
    tx.audit(AuditEntry::of(caller, ATTACK, event.face_session_id, detail));
    let payload = serde_json::to_vec(&event.notice()).map_err(|_| FaceAuthError::Stored("event"))?;
    let key = format!("subject:{}", event.subject_id);
    tx.emit(OutboxEvent::new(EventId::from(event.risk_event_id), ATTACK, key, payload));
    Ok(())
}

async fn pass(
    app: &App,
    caller: &CallContext,
    tx: Tx,
    begun: &Begun,
    (live, verdict, frames, picture): (&Live, &Verdict, usize, Option<&Bytes>),
) -> Result<Passed, FaceAuthError> {
    let (now, session) = (tx.now(), &begun.session);
    if now >= session.expire_time {
        store::end_capture(&tx, session.face_session_id).await?;
        tx.commit().await?;
        return Err(Refusal::SessionExpired.into());
    }
    let outcome = Outcome {
        similarity: verdict.similarity,
        threshold: verdict.threshold,
        evidence: verdict.evidence,
        liveness: Liveness::Live,
        passive: live.passive,
        actions: begun.challenge.actions.clone(),
        model_pack: app.engine.versions().pack.clone(),
        provider: verdict.provider,
        decide_time: now,
        expire_time: now + app.rules.result_life,
    };
    store::mark_passed(&tx, session.face_session_id, &outcome).await?;
    let decision = Decision::passed(outcome.provider, picture);
    record_decision(app, &tx, session.face_session_id, &decision).await?;
    store::forget_person(&tx, session.face_session_id).await?;
    let detail = json!({"purpose": session.purpose.as_str(), "subject_id": session.subject_id,
        "evidence": outcome.evidence.as_str(), "similarity": outcome.similarity.to_string(),
        "threshold": outcome.threshold.to_string(), "liveness": outcome.liveness.as_str(),
        "passive": outcome.passive.to_string(), "actions": outcome.actions,
        "frames": frames, "model_pack": outcome.model_pack, "provider": outcome.provider.as_str()});
    tx.audit(AuditEntry::of(caller, "face_capture.passed", session.face_session_id, detail));
    tx.commit().await?;
    Ok(Passed { face_session_id: session.face_session_id, expire_time: outcome.expire_time })
}

fn small(count: u64) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
