//! Hands one text message to the provider, once per request id.
//!
//! The intent is written down, and audited, before the provider is asked: no transaction stays open while we wait for it, and nothing
//! is sent that the audit log doesn't know. A crash in between leaves the sending `started`; for [`UNCERTAIN`] a repetition is told to
//! wait, after that it sends again, for a code that comes twice is better than one that never comes.

use chrono::TimeDelta;
use serde_json::json;
use shiming_identifiers::Mobile;
use shiming_kernel::{CallContext, RequestMeta};
use shiming_store::{AuditEntry, StoreError, Tx};

use crate::app::App;
use crate::domain::SmsText;
use crate::error::MessagingError;
use crate::store::{self, Sending, SendingState};

/// Longer than any provider may take to answer.
const UNCERTAIN: TimeDelta = TimeDelta::seconds(15);

/// A text message to send.
pub(crate) struct SendSms {
    pub(crate) mobile: Mobile,
    pub(crate) text: SmsText,
}

enum Begun {
    Send,
    SentBefore,
}

/// Sends; returns the provider's name.
pub(crate) async fn send_sms(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    cmd: &SendSms,
) -> Result<&'static str, MessagingError> {
    let provider = app.sms.name();
    if request.validate_only {
        return Ok(provider);
    }
    match app.store.retry("send_sms", || begin(app, caller, request, cmd)).await? {
        Begun::SentBefore => return Ok(provider),
        Begun::Send => {}
    }
    let outcome = app.sms.send(&cmd.mobile, &cmd.text).await;
    let state = if outcome.is_ok() { SendingState::Sent } else { SendingState::Failed };
    let noted = app.store.retry("send_sms", || end(app, caller, request, state)).await;
    outcome.map_err(MessagingError::Sms)?;
    if let Err(error) = noted {
        // It is sent; that this couldn't be noted must not make the caller send it again.
        tracing::warn!(error = %error, "sending not noted");
    }
    Ok(provider)
}

async fn begin(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    cmd: &SendSms,
) -> Result<Begun, MessagingError> {
    let tx = app.store.begin("send_sms").await?;
    let fingerprint = fingerprint(app, cmd);
    let before =
        store::begin_sending(&tx, &caller.caller.to_string(), request.request_id, fingerprint).await?;
    if let Some(sending) = before
        && let Some(begun) = continue_from(&sending, &fingerprint, &tx)?
    {
        tx.rollback().await?;
        return Ok(begun);
    }
    tx.audit(entry(app, caller, request, "sms.requested"));
    tx.commit().await?;
    Ok(Begun::Send)
}

fn continue_from(
    sending: &Sending,
    fingerprint: &[u8; 32],
    tx: &Tx,
) -> Result<Option<Begun>, MessagingError> {
    if sending.fingerprint != fingerprint {
        return Err(StoreError::RequestIdReused.into());
    }
    match sending.state {
        SendingState::Sent => Ok(Some(Begun::SentBefore)),
        SendingState::Started if tx.now() - sending.start_time < UNCERTAIN => Err(MessagingError::BeingSent),
        SendingState::Started | SendingState::Failed => Ok(None),
    }
}

async fn end(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    state: SendingState,
) -> Result<(), MessagingError> {
    let tx = app.store.begin("send_sms").await?;
    store::end_sending(&tx, &caller.caller.to_string(), request.request_id, state).await?;
    let action = if state == SendingState::Sent { "sms.sent" } else { "sms.failed" };
    tx.audit(entry(app, caller, request, action));
    Ok(tx.commit().await?)
}

fn entry(app: &App, caller: &CallContext, request: RequestMeta, action: &'static str) -> AuditEntry {
    AuditEntry::of(caller, action, request.request_id, json!({"provider": app.sms.name()}))
}

fn fingerprint(app: &App, cmd: &SendSms) -> [u8; 32] {
    let mut parts = vec![cmd.mobile.as_str().as_bytes()];
    parts.extend(cmd.text.values.iter().map(|value| value.expose().as_bytes()));
    app.sms_fingerprints.tag(&parts)
}
