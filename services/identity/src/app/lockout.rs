//! Wrong codes per identity, over all flows: after so many the identity is locked until midnight in China.
//!
//! Only a guess at a code that is the owner's counts against the owner; what counts against whom is told by
//! [`CodeTarget::guessed_at`](super::codes::CodeTarget::guessed_at).

use chrono::NaiveDate;
use serde_json::json;
use shiming_kernel::{CallContext, rest_of_china_day};
use shiming_store::{AuditEntry, Tx};

use super::App;
use crate::domain::code::CodePurpose;
use crate::error::IdentityError;
use crate::store::attempts;

/// The day's tries at one identity, held against everybody else's until this one is judged.
#[must_use = "a try is judged, and its count written"]
pub(crate) struct Tries<'a> {
    tx: Tx,
    identity_key: &'a str,
    day: NaiveDate,
    wrong: u32,
}

/// Refuses a locked identity.
pub(crate) async fn check(app: &App, identity_key: &str) -> Result<(), IdentityError> {
    let wrong = attempts::wrong(app.store.reader(), &app.vault, identity_key, app.today()).await?;
    if wrong >= app.rules.wrong_tries_per_day { Err(locked(app)) } else { Ok(()) }
}

/// Holds the identity's tries, or refuses when none is left today.
pub(crate) async fn begin<'a>(app: &App, identity_key: &'a str) -> Result<Tries<'a>, IdentityError> {
    let day = app.today();
    let tx = app.store.begin("verify_code").await?;
    let wrong = attempts::lock(tx.conn(), &app.vault, identity_key, day, tx.now()).await?;
    if wrong >= app.rules.wrong_tries_per_day {
        return Err(locked(app));
    }
    Ok(Tries { tx, identity_key, day, wrong })
}

impl Tries<'_> {
    /// Writes down what came of the try: nothing, or a wrong one; the last wrong one of the day goes into the audit.
    pub(crate) async fn end(
        self,
        app: &App,
        caller: &CallContext,
        wrong_for: Option<CodePurpose>,
    ) -> Result<(), IdentityError> {
        if let Some(purpose) = wrong_for {
            attempts::count(self.tx.conn(), &app.vault, self.identity_key, self.day, self.tx.now()).await?;
            if self.wrong + 1 >= app.rules.wrong_tries_per_day {
                tracing::warn!(purpose = purpose.as_str(), "identity locked for today");
                let subject = format!("identity:{}", app.pseudonym(self.identity_key));
                let detail = json!({"purpose": purpose.as_str()});
                self.tx.audit(AuditEntry::of(caller, "identity.locked", subject, detail));
            }
        }
        Ok(self.tx.commit().await?)
    }
}

fn locked(app: &App) -> IdentityError {
    IdentityError::IdentityLocked(rest_of_china_day(app.now()))
}
