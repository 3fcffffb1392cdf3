//! Hands a passed result to the service that opened its session, once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiming_kernel::{CallContext, FaceSessionId, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};
use uuid::Uuid;

use crate::app::App;
use crate::domain::{Outcome, Purpose, Refusal};
use crate::error::FaceAuthError;
use crate::store;

/// A result to be redeemed, and what it must be bound to.
pub(crate) struct RedeemFaceResult {
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) purpose: Purpose,
    pub(crate) subject_id: Uuid,
}

/// What the session proved, and again on a repetition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Redeemed {
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) purpose: Purpose,
    pub(crate) subject_id: Uuid,
    pub(crate) outcome: Outcome,
    /// The same, signed: a JWS.
    pub(crate) signed: String,
}

/// The `typ` of a signed result.
const RESULT: &str = "shiming-face-result";

/// Redeems it.
pub(crate) async fn redeem_face_result(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    cmd: &RedeemFaceResult,
) -> Result<Redeemed, FaceAuthError> {
    let command = (cmd.face_session_id, cmd.purpose, cmd.subject_id);
    let key = Idempotency::of(caller, "RedeemFaceResult", request, &command);
    app.store.retry("redeem_face_result", || attempt(app, caller, cmd, &key)).await
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    cmd: &RedeemFaceResult,
    key: &Idempotency,
) -> Result<Redeemed, FaceAuthError> {
    let tx = app.store.begin("redeem_face_result").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let found = store::lock_session(&tx, &app.vault, cmd.face_session_id).await?;
    let session = found.ok_or(Refusal::ResultRefused)?;
    let outcome = session.redeemable(cmd.purpose, cmd.subject_id, tx.now())?.clone();
    store::mark_redeemed(&tx, cmd.face_session_id).await?;
    let detail = json!({"purpose": cmd.purpose.as_str(), "subject_id": cmd.subject_id});
    tx.audit(AuditEntry::of(caller, "face_result.redeemed", cmd.face_session_id, detail));
    let signed = app.results.sign(RESULT, &claims(cmd, &outcome, tx.now()))?;
    let redeemed = Redeemed {
        face_session_id: cmd.face_session_id,
        purpose: cmd.purpose,
        subject_id: cmd.subject_id,
        outcome,
        signed,
    };
    Ok(tx.finish(key, redeemed).await?)
}

/// What the signature vouches for. Names are those of RFC 7519 where it has one.
fn claims(cmd: &RedeemFaceResult, outcome: &Outcome, now: DateTime<Utc>) -> serde_json::Value {
    json!({
        "iss": "shiming/face-auth",
        "jti": cmd.face_session_id,
        "sub": cmd.subject_id,
        "iat": now.timestamp(),
        "exp": outcome.expire_time.timestamp(),
        "purpose": cmd.purpose,
        "evidence": outcome.evidence,
        "similarity": outcome.similarity,
        "threshold": outcome.threshold,
        "liveness": outcome.liveness,
        "passive_score": outcome.passive,
        "actions": outcome.actions,
        "model_pack": outcome.model_pack,
        "provider": outcome.provider,
        "decide_time": outcome.decide_time.timestamp(),
    })
}
