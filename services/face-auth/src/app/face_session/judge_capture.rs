//! Judges one capture: is a living person before the camera, and is it the person of the session?
//!
//! ```text
//! begin ──▶ examine: engine, liveness, reference (no transaction open) ──▶ conclude: outcome or count, and audit, in one transaction
//!   └ the session is taken, its challenge is used: a second capture of it, or of the same identity, is refused until the end
//! ```
//! A capture whose process dies gives the session back after a while; the challenge stays used. Nothing is ever kept of the frames but
//! keyed marks by which they are recognised when they come again.

use chrono::TimeDelta;
use shiming_kernel::{CallContext, china_date, rest_of_china_day};
use uuid::Uuid;

use super::capture::{Begun, CaptureHeader, Passed};
use super::conclude_capture::conclude;
use super::examine_capture::examine;
use crate::app::App;
use crate::app::admission::{device_quota, of_token};
use crate::domain::{Capture, FaceLock, Frame, Refusal};
use crate::error::FaceAuthError;
use crate::store::{self, Quota};

/// How much longer than the engine's time a session stays taken when nobody gives it back.
const GRACE: TimeDelta = TimeDelta::seconds(15);

pub(super) async fn judge_capture(
    app: &App,
    caller: &CallContext,
    header: CaptureHeader,
    frames: Vec<Frame>,
) -> Result<Passed, FaceAuthError> {
    let capture_id = app.ids.next();
    let begun = app.store.retry("begin_capture", || begin(app, caller, header, capture_id)).await?;
    let judged = judge(app, caller, &begun, frames).await;
    if judged.as_ref().is_err_and(|error| !matches!(error, FaceAuthError::Refused(_)))
        && let Err(error) = app.store.retry("give_up_capture", || give_up(app, &begun)).await
    {
        tracing::warn!(error = ?error, "the session stays taken until its capture lapses");
    }
    judged
}

async fn judge(
    app: &App,
    caller: &CallContext,
    begun: &Begun,
    frames: Vec<Frame>,
) -> Result<Passed, FaceAuthError> {
    let limit = app.rules.judge_timeout;
    let (finding, marks) = tokio::time::timeout(limit, examine(app, begun, frames))
        .await
        .map_err(|_| FaceAuthError::TooSlow { retry_after: limit })??;
    app.store.retry("conclude_capture", || conclude(app, caller, begun, &marks, &finding)).await
}

async fn begin(
    app: &App,
    caller: &CallContext,
    header: CaptureHeader,
    capture_id: Uuid,
) -> Result<Begun, FaceAuthError> {
    let tx = app.store.begin("begin_capture").await?;
    let now = tx.now();
    let id = header.face_session_id;
    let session = of_token(store::lock_session(&tx, &app.vault, id).await?, header.token)?;
    session.admits_capture(now)?;
    let document = &session.identity.document;
    let (day, rest) = (china_date(now), rest_of_china_day(now));
    let used = store::lock_attempts(&tx, &Quota::of_identity(&app.vault, document), day).await?;
    FaceLock::refuse(store::find_lock(tx.conn(), &app.vault, document).await?.as_ref(), now)?;
    app.rules.attempts.admit(used, rest)?;
    if let Some(device) = device_quota(app, caller) {
        app.rules.device_attempts.admit(store::lock_attempts(&tx, &device, day).await?, rest)?;
    }
    // One at a time for an identity, so that no number of sessions tries more faces than the day has.
    if store::is_being_judged(&tx, &app.vault, document).await? {
        return Err(Refusal::ConcurrentCapture.into());
    }
    let challenge = session.answered_by(header.nonce, now)?.clone();
    store::put_challenge(&tx, id, None).await?;
    let until = now + TimeDelta::from_std(app.rules.judge_timeout).unwrap_or_default() + GRACE;
    store::begin_capture(&tx, id, Capture { capture_id, until }).await?;
    tx.commit().await?;
    Ok(Begun { capture_id, session, challenge, begin_time: now })
}

/// Gives session and challenge back: nothing was judged, and the same frames may be sent again.
async fn give_up(app: &App, begun: &Begun) -> Result<(), FaceAuthError> {
    let id = begun.session.face_session_id;
    let tx = app.store.begin("give_up_capture").await?;
    let session = store::lock_session(&tx, &app.vault, id).await?;
    if let Some(session) = session.filter(|session| session.holds(begun.capture_id).is_ok()) {
        store::end_capture(&tx, id).await?;
        if session.challenge.is_none() {
            store::put_challenge(&tx, id, Some(&begun.challenge)).await?;
        }
    }
    Ok(tx.commit().await?)
}
