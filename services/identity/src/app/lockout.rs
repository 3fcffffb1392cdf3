//! Wrong codes per identity, over all flows: after so many the identity is locked until midnight in China.

use chrono::NaiveDate;
use serde_json::json;
use shiming_kernel::{CallContext, rest_of_china_day};
use shiming_store::AuditEntry;

use super::App;
use crate::domain::code::CodePurpose;
use crate::error::IdentityError;
use crate::store::attempts;

/// A try that was taken from the day's, before anybody knew whether it is right.
#[derive(Debug)]
#[must_use = "a try is right, and given back, or wrong"]
pub(crate) struct TakenTry<'a> {
    identity_key: &'a str,
    day: NaiveDate,
}

/// Refuses a locked identity.
pub(crate) async fn check(app: &App, identity_key: &str) -> Result<(), IdentityError> {
    let taken = attempts::taken(app.store.reader(), &app.vault, identity_key, app.today()).await?;
    if taken >= app.rules.wrong_tries_per_day { Err(locked(app)) } else { Ok(()) }
}

/// Takes a try, or refuses when none is left.
pub(crate) async fn take_try<'a>(app: &App, identity_key: &'a str) -> Result<TakenTry<'a>, IdentityError> {
    let day = app.today();
    let take = || async {
        let tx = app.store.begin("take_try").await?;
        let limit = app.rules.wrong_tries_per_day;
        let left = attempts::take(tx.conn(), &app.vault, identity_key, day, limit, tx.now()).await?;
        tx.commit().await?;
        Ok::<_, IdentityError>(left)
    };
    if app.store.retry("take_try", take).await? {
        Ok(TakenTry { identity_key, day })
    } else {
        Err(locked(app))
    }
}

impl TakenTry<'_> {
    /// The code was right, or there was none to guess: the try does not count.
    pub(crate) async fn give_back(self, app: &App) -> Result<(), IdentityError> {
        let give_back = || async {
            let tx = app.store.begin("give_try_back").await?;
            attempts::give_back(tx.conn(), &app.vault, self.identity_key, self.day).await?;
            Ok(tx.commit().await?)
        };
        app.store.retry("give_try_back", give_back).await
    }

    /// The code was wrong: the try counts, and the last one of the day goes into the audit.
    pub(crate) async fn was_wrong(
        self,
        app: &App,
        caller: &CallContext,
        purpose: CodePurpose,
    ) -> Result<(), IdentityError> {
        let taken = attempts::taken(app.store.reader(), &app.vault, self.identity_key, self.day).await?;
        if taken < app.rules.wrong_tries_per_day {
            return Ok(());
        }
        tracing::warn!(purpose = purpose.as_str(), "identity locked for today");
        let subject = format!("identity:{}", app.pseudonym(self.identity_key));
        app.record(AuditEntry::of(caller, "identity.locked", subject, json!({"purpose": purpose.as_str()})))
            .await
    }
}

fn locked(app: &App) -> IdentityError {
    IdentityError::IdentityLocked(rest_of_china_day(app.now()))
}
