//! Whether a face check may go on: the session for whoever holds its token, the identity's lock, and what identity and device have used
//! of their day.

use chrono::{DateTime, Utc};
use shiming_crypto::TokenHash;
use shiming_kernel::{CallContext, china_date, rest_of_china_day};

use super::App;
use crate::domain::{Attempts, FaceLock, FaceSession, Refusal};
use crate::error::FaceAuthError;
use crate::store::{self, Connection, Quota};

/// The session, for whoever holds its token; unknown and wrong are one answer.
pub(super) fn of_token(session: Option<FaceSession>, token: TokenHash) -> Result<FaceSession, Refusal> {
    session.filter(|session| session.token == token).ok_or(Refusal::SessionNotFound)
}

/// The device's quota, when a device is known: operators with grpcurl have none.
pub(super) fn device_quota(app: &App, caller: &CallContext) -> Option<Quota> {
    caller.client.device_hash.as_deref().map(|device| Quota::of_device(&app.vault, device))
}

/// Refuses the locked and those whose day, or whose device's day, is used up; says what the identity has used.
pub(super) async fn admits_person(
    app: &App,
    db: &impl Connection,
    document: &str,
    caller: &CallContext,
    now: DateTime<Utc>,
) -> Result<Attempts, FaceAuthError> {
    let lock = store::find_lock(db, &app.vault, document).await?;
    FaceLock::refuse(lock.as_ref(), now)?;
    let (day, rest) = (china_date(now), rest_of_china_day(now));
    let used = store::used_attempts(db, &Quota::of_identity(&app.vault, document), day).await?;
    app.rules.attempts.admit(used, rest)?;
    if let Some(device) = device_quota(app, caller) {
        app.rules.device_attempts.admit(store::used_attempts(db, &device, day).await?, rest)?;
    }
    Ok(used)
}
