//! Sessions in the cache, by the hash of their token: one look-up opens one, one deletion ends it on every replica.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shiming_crypto::{SecretToken, TokenHash};
use shiming_kernel::{PersonId, Redacted, RequestId};
use shiming_rpc::Repeater;

use super::{App, acting};
use crate::domain::session::{Renewed, SessionRecord};
use crate::error::IdentityError;

/// How long a renewal keeps others from renewing the same session.
const RENEWAL: Duration = Duration::from_mins(1);

/// A session as it may be shown, with its ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SessionView {
    pub(crate) record: SessionRecord,
    pub(crate) idle_expire_time: DateTime<Utc>,
}

/// A session just opened or renewed, with the token that opens it from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OpenedSession {
    pub(crate) token: Redacted<String>,
    pub(crate) view: SessionView,
}

/// The session a token opens. A use of it starts the idle time anew; a mere look lets it run on.
pub(crate) async fn find(app: &App, token: &str, is_use: bool) -> Result<Option<SessionView>, IdentityError> {
    let (key, rules) = (key(&TokenHash::of(token)), app.rules.session());
    let stored =
        if is_use { app.cache.get_and_touch(&key, rules.idle).await? } else { app.cache.get(&key).await? };
    let Some(stored) = stored else { return Ok(None) };
    // A record of another build is no session of this one.
    let Ok(record) = serde_json::from_slice::<SessionRecord>(&stored) else { return Ok(None) };
    let now = app.now();
    if let Some(renewed) = &record.renewed {
        return if now < renewed.until { Err(IdentityError::SessionRenewed) } else { Ok(None) };
    }
    let Some(left) = record.time_left(now, &rules) else {
        app.cache.delete(&key).await?;
        return Ok(None);
    };
    // Logged out between two look-ups: gone is gone.
    let left = match is_use {
        true if left == rules.idle => Some(left),
        // Its age will end it before idleness does.
        true => app.cache.touch(&key, left).await?.then_some(left),
        false => app.cache.time_left(&key).await?,
    };
    Ok(left.map(|left| view(record, now, left)))
}

/// The session a token opens, or the refusal.
pub(crate) async fn require(app: &App, token: &Redacted<String>) -> Result<SessionView, IdentityError> {
    find(app, token.expose(), true).await?.ok_or(IdentityError::SessionInvalid)
}

/// Stores a session under a new token. Nobody knows the token before the answer is given, so an answer that is never given leaves nothing
/// that could be used.
pub(crate) async fn open(app: &App, record: SessionRecord) -> Result<OpenedSession, IdentityError> {
    let now = app.now();
    let left = record.time_left(now, &app.rules.session()).ok_or(IdentityError::SessionInvalid)?;
    let (token, hash) = SecretToken::generate();
    let record = acting::note(app, &hash, record).await?;
    app.cache.put(&key(&hash), write(&record)?, left).await?;
    let record = acting::check(app, &hash, record, left).await?;
    let person = persons_key(record.session.person_id);
    app.cache.set_add(&person, &hash.to_key(), app.rules.session_absolute.get()).await?;
    Ok(OpenedSession { token: token.expose().into(), view: view(record, now, left) })
}

/// Has a session go on under the token of `renewed` only. The old token opens nothing any more; for a moment the call that renewed it may be
/// repeated with it. Nothing is done when `token` is the renewed one, or was replaced before.
pub(crate) async fn replace(
    app: &App,
    token: &Redacted<String>,
    renewed: Option<&OpenedSession>,
) -> Result<(), IdentityError> {
    let Some(renewed) = renewed.filter(|renewed| renewed.token != *token) else { return Ok(()) };
    let hash = TokenHash::of(token.expose());
    let Some(stored) = app.cache.get(&key(&hash)).await? else { return Ok(()) };
    let Ok(mut record) = serde_json::from_slice::<SessionRecord>(&stored) else { return Ok(()) };
    if record.renewed.is_some() {
        return Ok(());
    }
    let until = app.now() + TimeDelta::from_std(RENEWAL).unwrap_or_default();
    record.renewed = Some(Renewed { successor: key(&TokenHash::of(renewed.token.expose())), until });
    app.cache.put(&key(&hash), write(&record)?, RENEWAL).await?;
    forget_member(app, &record, &hash).await
}

/// The session a token opened until it was renewed a moment ago, for a repetition in the same browser.
pub(crate) async fn find_renewed(
    app: &App,
    token: &str,
    by: Repeater<'_>,
) -> Result<Option<SessionView>, IdentityError> {
    let Some(stored) = app.cache.get(&key(&TokenHash::of(token))).await? else { return Ok(None) };
    let Ok(record) = serde_json::from_slice::<SessionRecord>(&stored) else { return Ok(None) };
    let device = match by {
        Repeater::Browser(device) => device.filter(|device| !device.is_empty()),
        // It has asked before it called.
        Repeater::Service => record.client.device_hash.as_deref(),
    };
    let now = app.now();
    Ok(record.is_repeatable_by(device, now).then(|| view(record, now, RENEWAL)))
}

/// Ends the session of a token; one that is over already is fine.
pub(crate) async fn end(app: &App, token: &Redacted<String>) -> Result<(), IdentityError> {
    let hash = TokenHash::of(token.expose());
    let Some(stored) = app.cache.take(&key(&hash)).await? else { return Ok(()) };
    let Ok(record) = serde_json::from_slice::<SessionRecord>(&stored) else { return Ok(()) };
    // The person has the old token and means the session.
    if let Some(renewed) = &record.renewed {
        app.cache.delete(&renewed.successor).await?;
    }
    forget_member(app, &record, &hash).await
}

async fn forget_member(app: &App, record: &SessionRecord, hash: &TokenHash) -> Result<(), IdentityError> {
    app.cache.set_remove(&persons_key(record.session.person_id), &hash.to_key()).await?;
    acting::forget(app, record, hash).await
}

fn write(record: &SessionRecord) -> Result<Bytes, IdentityError> {
    serde_json::to_vec(record).map(Bytes::from).map_err(|_| IdentityError::Corrupt("session"))
}

/// Lets one request renew a session; others are told that somebody was faster. Ended by [`renewal_failed`], or by time.
pub(crate) async fn begin_renewal(
    app: &App,
    token: &Redacted<String>,
    request: RequestId,
) -> Result<(), IdentityError> {
    let key = renewal_key(token);
    let mine = Bytes::from(request.to_string());
    let free = app.cache.put_if_absent(&key, mine.clone(), RENEWAL).await?;
    if free || app.cache.get(&key).await?.as_ref() == Some(&mine) {
        Ok(())
    } else {
        Err(IdentityError::ConcurrentChange)
    }
}

/// Lets others renew the session again. A failure is logged only: the hold ends by itself.
pub(crate) async fn renewal_failed(app: &App, token: &Redacted<String>) {
    if let Err(error) = app.cache.delete(&renewal_key(token)).await {
        tracing::debug!(%error, "renewal hold stays for a while");
    }
}

fn view(record: SessionRecord, now: DateTime<Utc>, left: Duration) -> SessionView {
    SessionView { record, idle_expire_time: now + TimeDelta::from_std(left).unwrap_or(TimeDelta::zero()) }
}

pub(super) fn key(hash: &TokenHash) -> String {
    format!("session:{}", hash.to_key())
}

fn persons_key(person: PersonId) -> String {
    format!("person-sessions:{person}")
}

fn renewal_key(token: &Redacted<String>) -> String {
    format!("session-renewal:{}", TokenHash::of(token.expose()).to_key())
}
