//! Ends a session, on every replica at once.

use serde::Serialize;
use serde_json::json;
use shiming_kernel::{CallContext, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::{App, sessions};
use crate::error::IdentityError;

/// Which session ends.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LogOut {
    pub(crate) token: Redacted<String>,
}

/// Ends the session of a token; ending one that is over succeeds.
///
/// Written down first, then ended: if the second fails the caller is told, asks again, and the repeat ends it.
pub(crate) async fn log_out(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &LogOut,
) -> Result<(), IdentityError> {
    let key = Idempotency::of(caller, "LogOut", request, command);
    app.store.retry("log_out", || attempt(app, caller, &key, command)).await?;
    if request.validate_only {
        return Ok(());
    }
    sessions::end(app, &command.token).await
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    command: &LogOut,
) -> Result<(), IdentityError> {
    let found = match sessions::find(app, command.token.expose(), false).await {
        Err(IdentityError::SessionRenewed) => None,
        found => found?,
    };
    let tx = app.store.begin("log_out").await?;
    if tx.replayed::<()>(key).await?.is_some() {
        return Ok(());
    }
    if let Some(view) = found {
        let session = view.record.session;
        let subject = format!("person:{}", session.person_id);
        tx.audit(AuditEntry::of(caller, "session.ended", subject, json!({"session_id": session.session_id})));
    }
    Ok(tx.finish(key, ()).await?)
}
