//! Redeems the face session a session opened, and renews the session with stronger evidence: new id, new token, the old one dead.

use serde::Serialize;
use serde_json::json;
use shiming_kernel::{CallContext, FaceSessionId, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::sessions::{self, OpenedSession};
use crate::app::{App, derived_request};
use crate::clients::face::{FaceResult, Purpose, Redemption};
use crate::domain::session::SessionRecord;
use crate::error::IdentityError;
use crate::store::step_ups;

/// Which face session passed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CompleteStepUp {
    pub(crate) face_session_id: FaceSessionId,
}

/// Renews the session of `token`; `None` when it was only checked.
pub(crate) async fn complete_step_up(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    token: &Redacted<String>,
    command: &CompleteStepUp,
) -> Result<Option<OpenedSession>, IdentityError> {
    let key = Idempotency::of(caller, "CompleteStepUp", request, command);
    if let Some(done) = app.replayed::<Option<OpenedSession>>("complete_step_up", &key).await? {
        sessions::replace(app, token, done.as_ref()).await?;
        return Ok(done);
    }
    let old = sessions::require(app, token).await?.record;
    check_opened_here(app, caller, &old, command.face_session_id).await?;
    let redemption = Redemption {
        face_session_id: command.face_session_id,
        purpose: Purpose::StepUp,
        subject_id: old.session.person_id.as_uuid(),
        request_id: derived_request("step-up redeem", &[&old.session.session_id, &command.face_session_id]),
        validate_only: request.validate_only,
    };
    let result = app.face.redeem(redemption).await?;
    if request.validate_only {
        return Ok(None);
    }
    sessions::begin_renewal(app, token, request.request_id).await?;
    let renew = || attempt(app, caller, &key, &old, command.face_session_id, &result);
    let opened = app.store.retry("complete_step_up", renew).await;
    match &opened {
        Ok(renewed) => sessions::replace(app, token, renewed.as_ref()).await?,
        Err(_) => sessions::renewal_failed(app, token).await,
    }
    opened
}

async fn check_opened_here(
    app: &App,
    caller: &CallContext,
    old: &SessionRecord,
    face_session: FaceSessionId,
) -> Result<(), IdentityError> {
    let step_up = step_ups::by_face_session(app.store.reader(), face_session).await?;
    let session = &old.session;
    let ours = step_up.is_some_and(|one| {
        one.session_id == session.session_id && one.person_id == session.person_id && !one.completed
    });
    if ours {
        return Ok(());
    }
    let detail = json!({"face_session_id": face_session, "session_id": session.session_id});
    let subject = format!("person:{}", session.person_id);
    app.record(AuditEntry::of(caller, "risk.face_result_refused", subject, detail)).await?;
    Err(IdentityError::FaceResultRefused)
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    old: &SessionRecord,
    face_session: FaceSessionId,
    result: &FaceResult,
) -> Result<Option<OpenedSession>, IdentityError> {
    let tx = app.store.begin("complete_step_up").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    if !step_ups::complete(tx.conn(), face_session, tx.now()).await? {
        return Err(IdentityError::FaceResultRefused);
    }
    let opened = sessions::open(app, old.clone().stepped_up(&**app.store.clock())).await?;
    let session = &opened.view.record.session;
    let detail = json!({
        "session_id": session.session_id,
        "old_session_id": old.session.session_id,
        "face_session_id": face_session,
        "similarity": result.similarity,
        "threshold": result.threshold,
        "model_pack": result.model_pack,
    });
    tx.audit(AuditEntry::of(caller, "session.stepped_up", format!("person:{}", session.person_id), detail));
    Ok(tx.finish(key, Some(opened)).await?)
}
