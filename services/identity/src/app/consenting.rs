//! Consent to the processing of the face, as a use case needs it before it opens a face check.

use chrono::{DateTime, Utc};

use super::App;
use crate::domain::consent::{ConsentGiven, ConsentPurpose, ConsentText};
use crate::error::IdentityError;
use crate::store::withdrawals;
use shiming_identifiers::Identity;

/// The text in force, and when this person ticked it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Consented {
    pub(crate) text: ConsentText,
    pub(crate) agree_time: DateTime<Utc>,
}

/// The consent that was given, if it is one for what is asked now.
pub(crate) async fn require(
    app: &App,
    identity: &Identity,
    given: Option<&ConsentGiven>,
) -> Result<Consented, IdentityError> {
    let purpose = ConsentPurpose::FaceVerification;
    let text = ConsentText::in_force(purpose);
    let withdrawals = withdrawals::of_identity(app.store.reader(), &app.vault, &identity.key()).await?;
    let ended = withdrawals.iter().filter(|one| one.purpose == purpose).map(|one| one.withdraw_time).max();
    let agree_time = text.given_at(given, ended, app.now());
    let agree_time = agree_time.ok_or(IdentityError::ConsentRequired(text.version))?;
    Ok(Consented { text, agree_time })
}
