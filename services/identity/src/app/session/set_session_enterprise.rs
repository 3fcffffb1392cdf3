//! Sets whom a session acts for, after enterprise-binding has checked the binding: new id, new token, the old one dead.

use serde::Serialize;
use serde_json::json;
use shiming_kernel::{CallContext, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::sessions::{self, OpenedSession};
use crate::app::{App, acting};
use crate::domain::session::{ActingFor, SessionRecord};
use crate::error::IdentityError;

/// Whom the session acts for from now on; `None`: for nobody.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SetSessionEnterprise {
    pub(crate) target: Option<ActingFor>,
}

/// Renews the session of `token`; `None` when it was only checked.
pub(crate) async fn set_session_enterprise(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    token: &Redacted<String>,
    command: &SetSessionEnterprise,
) -> Result<Option<OpenedSession>, IdentityError> {
    let key = Idempotency::of(caller, "SetSessionEnterprise", request, command);
    if let Some(done) = app.replayed::<Option<OpenedSession>>("set_session_enterprise", &key).await? {
        sessions::replace(app, token, done.as_ref()).await?;
        return Ok(done);
    }
    let old = sessions::require(app, token).await?.record;
    if request.validate_only {
        return Ok(None);
    }
    if let Some(target) = command.target
        && acting::has_just_ended(app, target.binding_id).await?
    {
        return Err(IdentityError::ConcurrentChange);
    }
    sessions::begin_renewal(app, token, request.request_id).await?;
    let opened =
        app.store.retry("set_session_enterprise", || attempt(app, caller, &key, &old, command)).await;
    match &opened {
        Ok(renewed) => sessions::replace(app, token, renewed.as_ref()).await?,
        Err(_) => sessions::renewal_failed(app, token).await,
    }
    opened
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    old: &SessionRecord,
    command: &SetSessionEnterprise,
) -> Result<Option<OpenedSession>, IdentityError> {
    let tx = app.store.begin("set_session_enterprise").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let opened = sessions::open(app, old.clone().acting_for(command.target, &**app.store.clock())).await?;
    let session = &opened.view.record.session;
    let detail = json!({
        "session_id": session.session_id,
        "old_session_id": old.session.session_id,
        "enterprise_id": session.enterprise_id,
        "binding_id": session.binding_id,
    });
    tx.audit(AuditEntry::of(
        caller,
        "session.enterprise_set",
        format!("person:{}", session.person_id),
        detail,
    ));
    Ok(tx.finish(key, Some(opened)).await?)
}
