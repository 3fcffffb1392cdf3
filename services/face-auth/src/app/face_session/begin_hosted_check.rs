//! Opens a face check on a provider's own page, for a session that was just opened.
//!
//! The provider is asked outside of any transaction; a repetition of the request gets the check that was opened first. Without a provider
//! that works, the person is sent to our own camera page, if anybody compares its frames.

use serde_json::json;
use shiming_kernel::{CallContext, FaceSessionId, Redacted, RequestMeta};
use shiming_store::AuditEntry;

use crate::app::{App, CreateFaceSession};
use crate::clients::authority::{NewCheck, NotBegun};
use crate::domain::{Evidence, ProviderOutcome, Refusal, Ticket};
use crate::error::FaceAuthError;
use crate::store;

/// The check to show; `None` when our own camera page is to be shown.
pub(crate) async fn begin_hosted_check(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &CreateFaceSession,
    session: FaceSessionId,
    openid: Option<&Redacted<String>>,
) -> Result<Option<Ticket>, FaceAuthError> {
    let authorities = &app.authorities;
    if authorities.hosted.is_empty() || request.validate_only {
        return Ok(None);
    }
    let known = store::find_check(app.store.reader(), &app.vault, session).await?;
    match known {
        Some(check) if check.ticket.is_some() => return Ok(check.ticket),
        // Ended, or opened before anybody outside was asked.
        Some(check) if check.outcome.is_some() => return Err(Refusal::SessionExpired.into()),
        Some(_) => {}
        None => return Ok(None),
    }
    let strict = command.evidence == Evidence::FaceStrict;
    let check = NewCheck { session, person: &command.person, openid, strict };
    match authorities.hosted.begin(&check).await {
        Ok(ticket) => {
            app.store.retry("begin_hosted_check", || keep(app, caller, session, &ticket)).await.map(Some)
        }
        Err(NotBegun::Said(outcome)) => {
            let pause = authorities.poll_interval;
            Err(outcome.refusal(0, pause, pause).unwrap_or(Refusal::SessionExpired).into())
        }
        Err(_) if !authorities.comparators.is_empty() => Ok(None),
        Err(NotBegun::AllDown(ProviderOutcome::ProviderNotAuthorised, _)) => {
            Err(FaceAuthError::NoProvider(Refusal::ProviderNotAuthorised))
        }
        Err(NotBegun::AllDown(_, wait)) => {
            let retry_after = wait.unwrap_or(authorities.poll_interval);
            Err(FaceAuthError::NoProvider(Refusal::ProviderTemporary { retry_after }))
        }
        Err(NotBegun::NobodyServes) => Err(Refusal::DeviceUnsupported.into()),
    }
}

async fn keep(
    app: &App,
    caller: &CallContext,
    session: FaceSessionId,
    ticket: &Ticket,
) -> Result<Ticket, FaceAuthError> {
    let tx = app.store.begin("begin_hosted_check").await?;
    let check = store::lock_check(&tx, &app.vault, session).await?.ok_or(Refusal::SessionExpired)?;
    if let Some(first) = check.ticket {
        return Ok(first);
    }
    store::keep_ticket(&tx, &app.vault, session, ticket).await?;
    let detail = json!({"provider": ticket.provider().as_str()});
    tx.audit(AuditEntry::of(caller, "face_hosted.opened", session, detail));
    tx.commit().await?;
    Ok(ticket.clone())
}
