//! Takes a capture in: first the session and its challenge, then the frames, then the judgement.

use std::sync::Arc;

use shiming_kernel::CallContext;
use shiming_runtime::telemetry::trace::in_this_trace;

use super::capture::{CaptureHeader, Passed};
use super::judge_capture::judge_capture;
use crate::app::App;
use crate::app::admission::{admits_person, of_token};
use crate::app::arrivals::Arrival;
use crate::domain::{Frame, NO_ROOM, Refusal};
use crate::error::FaceAuthError;
use crate::store;

/// Leave to send frames: the session takes them, and nobody else answers its challenge.
pub(crate) struct Admission {
    pub(super) header: CaptureHeader,
    arrival: Arrival,
}

impl Admission {
    /// Keeps a frame of so many bytes until the capture is judged.
    pub(crate) fn keep(&mut self, bytes: usize) -> Result<(), FaceAuthError> {
        Ok(self.arrival.keep(bytes)?)
    }
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
    let arrival = app.arrivals.open(header.nonce, caller)?;
    Ok(Admission { header, arrival })
}

/// Has the frames judged. The judgement goes on to its end, and is counted, even when the caller is gone.
pub(crate) async fn submit_capture(
    app: &Arc<App>,
    caller: CallContext,
    admission: Admission,
    frames: Vec<Frame>,
) -> Result<Passed, FaceAuthError> {
    let place = Arc::clone(&app.room).try_acquire_owned();
    let place = place.map_err(|_| Refusal::Overloaded { retry_after: NO_ROOM })?;
    let work = {
        let app = Arc::clone(app);
        async move {
            let Admission { header, arrival } = admission;
            let judged = judge_capture(&app, &caller, header, frames).await;
            drop((arrival, place));
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
