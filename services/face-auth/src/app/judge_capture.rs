//! Judges one capture: is everybody in its frames the person of the session?
//!
//! ```text
//! begin ──▶ engine (no transaction open) ──▶ conclude: outcome or count, and audit, in one transaction
//!   └ the session is taken: a second capture of it, or of the same identity, is refused until the end
//! ```
//! A capture whose process dies gives the session back after a while. Nothing is ever kept of the frames.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, stream};
use serde_json::json;
use shiming_crypto::TokenHash;
use shiming_kernel::{CallContext, FaceSessionId, ServiceError as _};
use shiming_store::Tx;
use uuid::Uuid;

use super::submit_capture::of_token;
use super::{App, audit_entry};
use crate::domain::{
    Capture, FaceSession, IdentityKeys, Outcome, Refusal, Verdict, china_date, rest_of_china_day,
    why_unusable,
};
use crate::engine::{CaptureFault, EngineError, Template};
use crate::error::FaceAuthError;
use crate::store::{self, Reference, Tried};

/// How much longer than the engine's time a session stays taken when nobody gives it back.
const GRACE: TimeDelta = TimeDelta::seconds(15);

/// A capture that passed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed {
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) expire_time: DateTime<Utc>,
}

/// What the engine found.
enum Finding {
    /// Usable frames, compared with the reference.
    Compared { verdict: Verdict, frames: usize },
    /// Nothing that could be compared; not counted as an attempt.
    NotCompared(Refusal),
}

pub(super) async fn judge_capture(
    app: &App,
    caller: &CallContext,
    id: FaceSessionId,
    token: TokenHash,
    images: Vec<Bytes>,
) -> Result<Passed, FaceAuthError> {
    let capture_id = app.ids.next();
    let session = app.store.retry("begin_capture", || begin(app, id, token, capture_id)).await?;
    let judged = judge(app, caller, &session, capture_id, images).await;
    if judged.as_ref().is_err_and(|error| !matches!(error, FaceAuthError::Refused(_)))
        && let Err(error) = app.store.retry("give_up_capture", || give_up(app, id, capture_id)).await
    {
        tracing::warn!(error = ?error, "the session stays taken until its capture lapses");
    }
    judged
}

async fn judge(
    app: &App,
    caller: &CallContext,
    session: &FaceSession,
    capture_id: Uuid,
    images: Vec<Bytes>,
) -> Result<Passed, FaceAuthError> {
    let limit = app.rules.judge_timeout;
    let finding = tokio::time::timeout(limit, examine(app, &session.identity, images))
        .await
        .map_err(|_| FaceAuthError::TooSlow { retry_after: limit })??;
    let id = session.face_session_id;
    app.store.retry("conclude_capture", || conclude(app, caller, id, capture_id, &finding)).await
}

async fn begin(
    app: &App,
    id: FaceSessionId,
    token: TokenHash,
    capture_id: Uuid,
) -> Result<FaceSession, FaceAuthError> {
    let tx = app.store.begin("begin_capture").await?;
    let now = tx.now();
    let session = of_token(store::lock_session(&tx, &app.vault, id).await?, token)?;
    session.admits_capture(now)?;
    let document = &session.identity.document;
    let used = store::lock_attempts(&tx, &app.vault, document, china_date(now)).await?;
    app.rules.attempts.admit(used, rest_of_china_day(now))?;
    // One at a time for an identity, so that no number of sessions tries more faces than the day has.
    if store::is_being_judged(&tx, &app.vault, document).await? {
        return Err(Refusal::ConcurrentCapture.into());
    }
    let until = now + TimeDelta::from_std(app.rules.judge_timeout).unwrap_or_default() + GRACE;
    store::begin_capture(&tx, id, Capture { capture_id, until }).await?;
    tx.commit().await?;
    Ok(session)
}

async fn examine(app: &App, keys: &IdentityKeys, images: Vec<Bytes>) -> Result<Finding, FaceAuthError> {
    let templates = match measure(app, images).await? {
        Ok(templates) => templates,
        Err(refusal) => return Ok(Finding::NotCompared(refusal)),
    };
    let reference = match comparable_reference(app, keys).await? {
        Ok(reference) => reference,
        Err(refusal) => return Ok(Finding::NotCompared(refusal)),
    };
    let reference = reference.template(&app.vault)?;
    let mut to_reference = Vec::with_capacity(templates.len());
    let mut among_frames = Vec::new();
    for (at, template) in templates.iter().enumerate() {
        let Ok(similarity) = template.similarity(&reference) else {
            tracing::warn!("a reference of other nets under the present pack's name; import it again");
            return Ok(Finding::NotCompared(Refusal::NoAuthoritativePhoto));
        };
        to_reference.push(similarity);
        for other in &templates[..at] {
            among_frames.push(template.similarity(other)?);
        }
    }
    let verdict = Verdict::reach(app.rules.same_person, &to_reference, &among_frames);
    Ok(Finding::Compared { verdict, frames: templates.len() })
}

/// The templates of the usable frames, or why there are none. A file that is no picture refuses the capture: cameras don't make such.
async fn measure(app: &App, images: Vec<Bytes>) -> Result<Result<Vec<Template>, Refusal>, FaceAuthError> {
    let measured = stream::iter(images)
        .map(|image| {
            let engine = app.engine.clone();
            async move { engine.template_of_capture(image).await }
        })
        .buffered(app.engine.workers());
    let mut measured = std::pin::pin!(measured);
    let (mut templates, mut faults) = (Vec::new(), Vec::new());
    while let Some(result) = measured.next().await {
        match result {
            Ok(template) => templates.push(template),
            Err(EngineError::Capture(CaptureFault::NotAnImage)) => return Ok(Err(Refusal::NotAnImage)),
            Err(EngineError::Capture(CaptureFault::ImageTooLarge)) => {
                return Ok(Err(app.rules.capture.too_large()));
            }
            Err(EngineError::Capture(fault)) => faults.push(fault),
            Err(error) => return Err(FaceAuthError::Engine(error)),
        }
    }
    if templates.is_empty() {
        return Ok(Err(Refusal::CaptureQuality(why_unusable(&faults))));
    }
    Ok(Ok(templates))
}

/// The person's reference, if it is of this name and of the present models.
async fn comparable_reference(
    app: &App,
    keys: &IdentityKeys,
) -> Result<Result<Reference, Refusal>, FaceAuthError> {
    let found = store::find_reference(app.store.reader(), &app.vault, &keys.document).await?;
    let Some(reference) = found else { return Ok(Err(Refusal::NoAuthoritativePhoto)) };
    // Before the face, so that a mistyped number costs its owner no attempt.
    if reference.name(&app.vault)? != keys.name {
        return Ok(Err(Refusal::NameMismatch));
    }
    if reference.model_pack() != app.engine.versions().pack {
        tracing::warn!(
            reference.model_pack = reference.model_pack(),
            "a reference of another model pack can't be compared; import it again"
        );
        return Ok(Err(Refusal::NoAuthoritativePhoto));
    }
    Ok(Ok(reference))
}

async fn conclude(
    app: &App,
    caller: &CallContext,
    id: FaceSessionId,
    capture_id: Uuid,
    finding: &Finding,
) -> Result<Passed, FaceAuthError> {
    let tx = app.store.begin("conclude_capture").await?;
    let session = store::lock_session(&tx, &app.vault, id).await?.ok_or(Refusal::SessionNotFound)?;
    session.holds(capture_id)?;
    let refusal = match finding {
        Finding::Compared { verdict, frames } if verdict.passed => {
            return pass(app, caller, tx, &session, verdict, *frames).await;
        }
        Finding::Compared { .. } => count(app, &tx, &session, Tried::NotSame).await?,
        Finding::NotCompared(refusal) => {
            count(app, &tx, &session, Tried::Free).await?;
            *refusal
        }
    };
    store::end_capture(&tx, id).await?;
    let facts = refusal.metadata().into_iter().collect::<std::collections::BTreeMap<_, _>>();
    let detail = json!({"purpose": session.purpose.as_str(), "subject_id": session.subject_id,
        "reason": refusal.reason(), "facts": facts, "model_pack": app.engine.versions().pack});
    tx.audit(audit_entry(caller, "face_capture.refused", &id, detail));
    tx.commit().await?;
    Err(refusal.into())
}

/// Counts the try; answers what a face that is not the same is told.
async fn count(app: &App, tx: &Tx, session: &FaceSession, tried: Tried) -> Result<Refusal, FaceAuthError> {
    let (document, day) = (&session.identity.document, china_date(tx.now()));
    let mut used = store::lock_attempts(tx, &app.vault, document, day).await?;
    store::count_try(tx, &app.vault, document, day, tried).await?;
    used.not_same += u32::from(tried == Tried::NotSame);
    Ok(Refusal::NotSame { attempts_left: app.rules.attempts.left(used) })
}

async fn pass(
    app: &App,
    caller: &CallContext,
    tx: Tx,
    session: &FaceSession,
    verdict: &Verdict,
    frames: usize,
) -> Result<Passed, FaceAuthError> {
    let now = tx.now();
    if now >= session.expire_time {
        store::end_capture(&tx, session.face_session_id).await?;
        tx.commit().await?;
        return Err(Refusal::SessionExpired.into());
    }
    let outcome = Outcome {
        similarity: verdict.similarity,
        threshold: verdict.threshold,
        liveness: verdict.liveness,
        model_pack: app.engine.versions().pack.clone(),
        decide_time: now,
        expire_time: now + app.rules.result_life,
    };
    store::mark_passed(&tx, session.face_session_id, &outcome).await?;
    let detail = json!({"purpose": session.purpose.as_str(), "subject_id": session.subject_id,
        "evidence": "face", "similarity": outcome.similarity.to_string(),
        "threshold": outcome.threshold.to_string(), "liveness": outcome.liveness.as_str(),
        "frames": frames, "model_pack": outcome.model_pack});
    tx.audit(audit_entry(caller, "face_capture.passed", &session.face_session_id, detail));
    tx.commit().await?;
    Ok(Passed { face_session_id: session.face_session_id, expire_time: outcome.expire_time })
}

/// Gives the session back: nothing was judged.
async fn give_up(app: &App, id: FaceSessionId, capture_id: Uuid) -> Result<(), FaceAuthError> {
    let tx = app.store.begin("give_up_capture").await?;
    let session = store::lock_session(&tx, &app.vault, id).await?;
    if session.is_some_and(|session| session.holds(capture_id).is_ok()) {
        store::end_capture(&tx, id).await?;
    }
    Ok(tx.commit().await?)
}
