//! Asks whoever compares about the living face of a capture.

use uuid::Uuid;

use crate::app::App;
use crate::clients::authority::{Answer, Probe, Question};
use crate::domain::{FaceSession, Refusal, Verdict};
use crate::error::FaceAuthError;
use crate::store;

/// What the first working authority says, or why there is nothing to say.
/// [`FaceAuthError::NoProvider`] when none works: then nothing was judged, and the try is not counted.
pub(super) async fn compare_face(
    app: &App,
    session: &FaceSession,
    request_id: Uuid,
    probe: Probe,
) -> Result<Result<Verdict, Refusal>, FaceAuthError> {
    let authorities = &app.authorities;
    let mut person = None;
    if authorities.asks_outside
        && let Some(check) =
            store::find_check(app.store.reader(), &app.vault, session.face_session_id).await?
    {
        // Its page was chosen when it was opened, and one provider has the word.
        if check.ticket.is_some() {
            return Ok(Err(Refusal::HostedNotFinished { retry_after: authorities.poll_interval }));
        }
        person = check.person;
    }
    let keys = session.identity.clone();
    let (levels, asked) = (app.rules.levels, session.evidence);
    let question = Question { request_id, keys, person, probe, levels, asked };
    match authorities.comparators.compare(&question).await? {
        Answer::Compared(verdict) => Ok(Ok(verdict)),
        Answer::NotCompared(outcome) => {
            let refusal = outcome.refusal(0, authorities.poll_interval, authorities.poll_interval);
            Ok(Err(refusal.unwrap_or(Refusal::NoAuthoritativePhoto)))
        }
    }
}
