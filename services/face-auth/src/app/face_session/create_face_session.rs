//! Opens a face session for a person and a purpose.
//!
//! Whether the person is known, or has a photo, is not looked up here: that is said only after a face was captured, so that nobody
//! can ask for it with a number alone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiming_crypto::SecretToken;
use shiming_identifiers::Identity;
use shiming_kernel::{CallContext, FaceSessionId, Redacted, RequestMeta, china_date};
use shiming_store::{AuditEntry, Idempotency};
use uuid::Uuid;

use super::admit_consent::admit_consent;
use crate::app::App;
use crate::app::admission::admits_person;
use crate::domain::{Consent, Evidence, FaceSession, IdentityKeys, Purpose, refuse_child};
use crate::error::FaceAuthError;
use crate::store;

/// A session to be opened.
pub(crate) struct CreateFaceSession {
    pub(crate) purpose: Purpose,
    pub(crate) subject_id: Uuid,
    pub(crate) person: Identity,
    pub(crate) consent: Consent,
    pub(crate) evidence: Evidence,
}

/// What is handed out, and again on a repetition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OpenedSession {
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) capture_token: Redacted<String>,
    pub(crate) expire_time: DateTime<Utc>,
    pub(crate) attempts_left: u32,
}

/// Opens it.
pub(crate) async fn create_face_session(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    cmd: &CreateFaceSession,
) -> Result<OpenedSession, FaceAuthError> {
    refuse_child(&cmd.person, china_date(app.store.now()))?;
    let keys = IdentityKeys::of(&cmd.person);
    let command = (cmd.purpose, cmd.subject_id, &keys, &cmd.consent, cmd.evidence);
    let key = Idempotency::of(caller, "CreateFaceSession", request, &command);
    app.store.retry("create_face_session", || attempt(app, caller, cmd, &keys, &key)).await
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    cmd: &CreateFaceSession,
    keys: &IdentityKeys,
    key: &Idempotency,
) -> Result<OpenedSession, FaceAuthError> {
    let tx = app.store.begin("create_face_session").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let now = tx.now();
    admit_consent(app, caller, &tx, keys, &cmd.consent).await?;
    let used = admits_person(app, tx.conn(), &keys.document, caller, now).await?;
    let (token, hash) = SecretToken::generate();
    let session = FaceSession {
        face_session_id: app.ids.next().into(),
        purpose: cmd.purpose,
        subject_id: cmd.subject_id,
        identity: keys.clone(),
        token: hash,
        expire_time: now + app.rules.session_life,
        evidence: cmd.evidence,
        challenge: None,
        capture: None,
        outcome: None,
        redeem_time: None,
    };
    store::insert_session(&tx, &app.vault, &session, &cmd.consent).await?;
    if app.authorities.asks_outside {
        store::keep_person(&tx, &app.vault, &session, &cmd.person).await?;
    }
    let detail = json!({"purpose": cmd.purpose.as_str(), "subject_id": cmd.subject_id,
        "consent_id": cmd.consent.consent_id, "consent_version": cmd.consent.version, "evidence": cmd.evidence.as_str()});
    tx.audit(AuditEntry::of(caller, "face_session.opened", session.face_session_id, detail));
    let opened = OpenedSession {
        face_session_id: session.face_session_id,
        capture_token: token.expose().into(),
        expire_time: session.expire_time,
        attempts_left: app.rules.attempts.left(used),
    };
    Ok(tx.finish(key, opened).await?)
}
