//! Tells what the person must do before the camera, for one capture.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiming_crypto::{SecretToken, TokenHash, random_below};
use shiming_kernel::{CallContext, FaceSessionId, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::App;
use crate::app::admission::{admits_person, of_token};
use crate::domain::{Action, Challenge, Refusal, draw_actions};
use crate::error::FaceAuthError;
use crate::store;

/// Which session asks.
pub(crate) struct IssueChallenge {
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) token: TokenHash,
}

/// What is handed out, and again on a repetition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct IssuedChallenge {
    pub(crate) nonce: Redacted<String>,
    pub(crate) actions: Vec<Action>,
    pub(crate) expire_time: DateTime<Utc>,
}

/// Draws a challenge; the one before can't be answered any more.
pub(crate) async fn issue_challenge(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    cmd: &IssueChallenge,
) -> Result<IssuedChallenge, FaceAuthError> {
    let command = (cmd.face_session_id, cmd.token.to_key());
    let key = Idempotency::of(caller, "IssueChallenge", request, &command);
    app.store.retry("issue_challenge", || attempt(app, caller, cmd, &key)).await
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    cmd: &IssueChallenge,
    key: &Idempotency,
) -> Result<IssuedChallenge, FaceAuthError> {
    let tx = app.store.begin("issue_challenge").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let now = tx.now();
    let session = of_token(store::lock_session(&tx, &app.vault, cmd.face_session_id).await?, cmd.token)?;
    session.admits_capture(now)?;
    if app.authorities.asks_outside {
        let check = store::find_check(tx.conn(), &app.vault, cmd.face_session_id).await?;
        if check.is_some_and(|check| check.ticket.is_some()) {
            // Its provider shows a face check of its own: frames would be taken for nothing.
            let retry_after = app.authorities.poll_interval;
            return Err(Refusal::HostedNotFinished { retry_after }.into());
        }
    }
    admits_person(app, tx.conn(), &session.identity.document, caller, now).await?;
    let (nonce, hash) = SecretToken::generate();
    let rules = app.rules.challenge;
    let challenge = Challenge {
        nonce: hash,
        actions: draw_actions(rules.actions, &mut random_below),
        issue_time: now,
        expire_time: session.expire_time.min(now + rules.life),
    };
    store::put_challenge(&tx, cmd.face_session_id, Some(&challenge)).await?;
    let detail = json!({"purpose": session.purpose.as_str(), "actions": challenge.actions});
    tx.audit(AuditEntry::of(caller, "face_challenge.issued", cmd.face_session_id, detail));
    let issued = IssuedChallenge {
        nonce: nonce.expose().into(),
        actions: challenge.actions,
        expire_time: challenge.expire_time,
    };
    Ok(tx.finish(key, issued).await?)
}
