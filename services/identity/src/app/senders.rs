//! Who asks for login codes: every request counts against its browser and its address, whether or not it names somebody who exists.
//!
//! A login proves one of its sender's requests. Requests that nothing came of are what somebody leaves behind who tries numbers, names and
//! phones; after so many of them in a day the sender is refused, and nobody else.

use std::time::Duration;

use shiming_kernel::{CallContext, rest_of_china_day};

use super::App;
use crate::error::IdentityError;

const KEPT: Duration = Duration::from_hours(24);

/// Counts a request for a login code; refuses a sender with too many that nothing came of.
pub(crate) async fn count(app: &App, caller: &CallContext) -> Result<(), IdentityError> {
    for sender in of(app, caller) {
        let asked = app.cache.increment(&sender.key(app, "asked"), KEPT).await?;
        if asked > sender.limit && asked.saturating_sub(proven(app, &sender).await?) > sender.limit {
            return Err(IdentityError::TooManyTries(rest_of_china_day(app.now())));
        }
    }
    Ok(())
}

/// One of the sender's requests was a person's own.
pub(crate) async fn prove(app: &App, caller: &CallContext) -> Result<(), IdentityError> {
    for sender in of(app, caller) {
        app.cache.increment(&sender.key(app, "proven"), KEPT).await?;
    }
    Ok(())
}

struct Sender<'a> {
    kind: &'static str,
    hash: &'a str,
    limit: u64,
}

impl Sender<'_> {
    fn key(&self, app: &App, what: &str) -> String {
        format!("login-{what}:{}:{}:{}", self.kind, self.hash, app.today())
    }
}

fn of<'a>(app: &App, caller: &'a CallContext) -> impl Iterator<Item = Sender<'a>> {
    let rules = (app.rules.unproven_codes_per_browser, app.rules.unproven_codes_per_address);
    let browser = caller.client.device_hash.as_deref();
    let address = caller.client.ip_hash.as_deref();
    let browser = browser.map(|hash| Sender { kind: "browser", hash, limit: rules.0 });
    let address = address.map(|hash| Sender { kind: "address", hash, limit: rules.1 });
    [browser, address].into_iter().flatten()
}

async fn proven(app: &App, sender: &Sender<'_>) -> Result<u64, IdentityError> {
    let stored = app.cache.get(&sender.key(app, "proven")).await?;
    Ok(stored.and_then(|digits| std::str::from_utf8(&digits).ok()?.parse().ok()).unwrap_or(0))
}
