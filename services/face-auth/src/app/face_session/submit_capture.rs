//! Takes a capture in: first the session and its challenge, then the frames, then the judgement.

use std::sync::Arc;
use std::time::Duration;

use shiming_kernel::CallContext;
use shiming_runtime::telemetry::trace::in_this_trace;
use tokio::sync::OwnedSemaphorePermit;

use super::capture::{CaptureHeader, Passed};
use super::judge_capture::judge_capture;
use crate::app::App;
use crate::app::admission::{admits_person, of_token};
use crate::domain::{Frame, Refusal};
use crate::error::FaceAuthError;
use crate::store;

/// When to come again while all places are taken.
const NO_ROOM: Duration = Duration::from_secs(1);

/// Leave to send frames: the session takes them, and there is a place for them in memory.
pub(crate) struct Admission {
    pub(super) header: CaptureHeader,
    place: OwnedSemaphorePermit,
}

/// Looks whether a capture would be judged at all, before its frames are read. Everything is looked at again when it is.
pub(crate) async fn admit_capture(
    app: &App,
    caller: &CallContext,
    header: CaptureHeader,
) -> Result<Admission, FaceAuthError> {
    let found = store::find_session(app.store.reader(), &app.vault, header.face_session_id).await?;
    let session = of_token(found, header.token)?;
    let now = app.store.now();
    session.admits_capture(now)?;
    admits_person(app, app.store.reader(), &session.identity.document, caller, now).await?;
    session.answered_by(header.nonce, now)?;
    let place = Arc::clone(&app.room).try_acquire_owned();
    let place = place.map_err(|_| Refusal::Overloaded { retry_after: NO_ROOM })?;
    Ok(Admission { header, place })
}

/// Has the frames judged. The judgement goes on to its end, and is counted, even when the caller is gone.
pub(crate) async fn submit_capture(
    app: &Arc<App>,
    caller: CallContext,
    admission: Admission,
    frames: Vec<Frame>,
) -> Result<Passed, FaceAuthError> {
    let work = {
        let app = Arc::clone(app);
        async move {
            let Admission { header, place } = admission;
            let judged = judge_capture(&app, &caller, header, frames).await;
            drop(place);
            judged
        }
    };
    app.judgements.spawn(in_this_trace(work)).await.map_err(|_| FaceAuthError::BrokenOff)?
}

/// Waits for judgements under way when the process ends: who hangs up then is judged all the same.
pub(crate) async fn finish_judgements(app: Arc<App>) {
    app.judgements.close();
    app.judgements.wait().await;
}
