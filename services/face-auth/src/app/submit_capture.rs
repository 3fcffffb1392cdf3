//! Takes a capture in: first the session and its token, then the frames, then the judgement.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use shiming_crypto::TokenHash;
use shiming_kernel::{CallContext, FaceSessionId};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument as _;

use super::App;
use super::judge_capture::{Passed, judge_capture};
use crate::domain::{FaceSession, Refusal, china_date, rest_of_china_day};
use crate::error::FaceAuthError;
use crate::store;

/// When to come again while all places are taken.
const NO_ROOM: Duration = Duration::from_secs(1);

/// Leave to send frames: the session takes them, and there is a place for them in memory.
pub(crate) struct Admission {
    pub(super) face_session_id: FaceSessionId,
    pub(super) token: TokenHash,
    place: OwnedSemaphorePermit,
}

/// The session, for whoever holds its token; unknown and wrong are one answer.
pub(super) fn of_token(session: Option<FaceSession>, token: TokenHash) -> Result<FaceSession, Refusal> {
    session.filter(|session| session.token == token).ok_or(Refusal::SessionNotFound)
}

/// Looks whether a capture would be judged at all, before its frames are read. Everything is looked at again when it is.
pub(crate) async fn admit_capture(
    app: &App,
    face_session_id: FaceSessionId,
    capture_token: &str,
) -> Result<Admission, FaceAuthError> {
    let token = TokenHash::of(capture_token);
    let found = store::find_session(app.store.reader(), &app.vault, face_session_id).await?;
    let session = of_token(found, token)?;
    let now = app.store.now();
    session.admits_capture(now)?;
    let document = &session.identity.document;
    let used = store::used_attempts(app.store.reader(), &app.vault, document, china_date(now)).await?;
    app.rules.attempts.admit(used, rest_of_china_day(now))?;
    let place = Arc::clone(&app.room).try_acquire_owned();
    let place = place.map_err(|_| Refusal::Overloaded { retry_after: NO_ROOM })?;
    Ok(Admission { face_session_id, token, place })
}

/// Has the frames judged. The judgement goes on to its end, and is counted, even when the caller is gone.
pub(crate) async fn submit_capture(
    app: &Arc<App>,
    caller: CallContext,
    admission: Admission,
    images: Vec<Bytes>,
) -> Result<Passed, FaceAuthError> {
    let work = {
        let app = Arc::clone(app);
        async move {
            let Admission { face_session_id, token, place } = admission;
            let judged = judge_capture(&app, &caller, face_session_id, token, images).await;
            drop(place);
            judged
        }
    };
    app.judgements.spawn(work.in_current_span()).await.map_err(|_| FaceAuthError::BrokenOff)?
}
