//! Redeems the face session a collection opened, and gives the collection a new token: somebody who knew the old one, having planted it in
//! the browser of the person whose face this is, has no part in what follows.
//!
//! A crash between the redemption and the save loses nothing: the result is asked for by an id that follows from the session, so whoever
//! asks again gets it again, and only this collection's row can put it to use.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiming_crypto::{SecretToken, TokenHash};
use shiming_kernel::{CallContext, FaceSessionId, Reason, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::{App, allow, derived_request};
use crate::clients::face::{FaceResult, Purpose, Redemption};
use crate::domain::collection::{Collection, Step};
use crate::error::IdentityError;
use crate::store::{collections, persons};

/// Which collection goes on, and which session passed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CompleteCollectionFace {
    pub(crate) token: Redacted<String>,
    pub(crate) face_session_id: FaceSessionId,
}

/// The collection needs its profile now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FacePassed {
    /// Continues the collection from now on. Empty when it was only checked; absent in answers of version 0.1.
    #[serde(default)]
    pub(crate) token: Redacted<String>,
    pub(crate) expire_time: DateTime<Utc>,
}

/// Takes the step from face to profile; tells a collected person so, now that the face is known to be theirs.
pub(crate) async fn complete_collection_face(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &CompleteCollectionFace,
) -> Result<FacePassed, IdentityError> {
    let key = Idempotency::of(caller, "CompleteCollectionFace", request, command);
    if let Some(done) = app.replayed("complete_collection_face", &key).await? {
        return Ok(done);
    }
    let hash = TokenHash::of(command.token.expose());
    let collection = app.collection(caller, &hash, Step::Face).await?;
    check_session(app, caller, &collection, command.face_session_id).await?;
    let result = redeem(app, caller, &collection, command.face_session_id, request).await?;
    let known = persons::is_collected(app.store.reader(), &app.vault, &collection.identity.key()).await?;
    if known && request.validate_only {
        return Err(IdentityError::AlreadyCollected);
    }
    if known {
        app.record(AuditEntry::of(caller, "collection.already_collected", collection.id, json!({}))).await?;
        return Err(IdentityError::AlreadyCollected);
    }
    if request.validate_only {
        return Ok(FacePassed { token: Redacted::default(), expire_time: collection.expire_time });
    }
    let attempt = || attempt(app, caller, &key, &hash, command.face_session_id, &result);
    app.store.retry("complete_collection_face", attempt).await
}

/// A session of somebody else's, or of an earlier try, is a risk worth keeping.
async fn check_session(
    app: &App,
    caller: &CallContext,
    collection: &Collection,
    session: FaceSessionId,
) -> Result<(), IdentityError> {
    match collection.face_session_id {
        None => Err(IdentityError::CollectionStep(Step::Face)),
        Some(opened) if opened == session => Ok(()),
        Some(_) => refuse(app, caller, collection, session).await,
    }
}

async fn refuse(
    app: &App,
    caller: &CallContext,
    collection: &Collection,
    session: FaceSessionId,
) -> Result<(), IdentityError> {
    tracing::warn!(collection.id = %collection.id, "face result of another session refused");
    let detail = json!({"face_session_id": session, "ip_hash": caller.client.ip_hash});
    app.record(AuditEntry::of(caller, "risk.face_result_refused", collection.id, detail)).await?;
    Err(IdentityError::FaceResultRefused)
}

async fn redeem(
    app: &App,
    caller: &CallContext,
    collection: &Collection,
    session: FaceSessionId,
    request: RequestMeta,
) -> Result<FaceResult, IdentityError> {
    let redemption = Redemption {
        face_session_id: session,
        purpose: Purpose::Collection,
        subject_id: collection.id.as_uuid(),
        request_id: derived_request("collection redeem", &[&collection.id, &session]),
        validate_only: request.validate_only,
    };
    match app.face.redeem(redemption).await.map_err(IdentityError::from) {
        Err(IdentityError::Neighbour(problem)) if problem.reason == Reason::FaceResultRefused => {
            refuse(app, caller, collection, session).await?;
            Err(IdentityError::FaceResultRefused)
        }
        other => other,
    }
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    hash: &TokenHash,
    session: FaceSessionId,
    result: &FaceResult,
) -> Result<FacePassed, IdentityError> {
    let tx = app.store.begin("complete_collection_face").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let found = collections::lock(tx.conn(), &app.vault, hash).await?;
    let mut collection = allow(found, caller, Step::Face, tx.now())?;
    if collection.face_session_id != Some(session) {
        return Err(IdentityError::ConcurrentChange);
    }
    collection.face_passed(tx.now(), app.collection_end(tx.now()));
    collections::save(tx.conn(), &collection).await?;
    let (token, token_hash) = SecretToken::generate();
    collections::renew_token(tx.conn(), collection.id, &token_hash).await?;
    let detail = json!({
        "face_session_id": session,
        "similarity": result.similarity,
        "threshold": result.threshold,
        "model_pack": result.model_pack,
    });
    tx.audit(AuditEntry::of(caller, "collection.face_passed", collection.id, detail));
    let token = token.expose().into();
    Ok(tx.finish(key, FacePassed { token, expire_time: collection.expire_time }).await?)
}
