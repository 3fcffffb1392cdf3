//! Sends a code to the mobile that is to be collected. The face has passed, so who asks is no secret: the caller waits for the provider.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiming_crypto::{TokenHash, random_digits};
use shiming_kernel::{CallContext, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::codes::{self, CodeTarget};
use crate::app::{App, allow, derived_request, lockout, sending};
use crate::domain::collection::Step;
use crate::error::IdentityError;
use crate::store::collections;

/// Which collection goes on, with which mobile.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SendCollectionCode {
    pub(crate) token: Redacted<String>,
    pub(crate) mobile: Redacted<String>,
}

/// A code is on its way.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct CodeSent {
    pub(crate) at: DateTime<Utc>,
}

/// Sends a code within the limits; a provider that fails costs nothing of them.
pub(crate) async fn send_collection_code(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &SendCollectionCode,
) -> Result<CodeSent, IdentityError> {
    let key = Idempotency::of(caller, "SendCollectionCode", request, command);
    if let Some(done) = app.replayed("send_collection_code", &key).await? {
        return Ok(done);
    }
    let hash = TokenHash::of(command.token.expose());
    let collection = app.collection(caller, &hash, Step::Profile).await?;
    let mobile = app.mobile(&command.mobile).map_err(|fault| IdentityError::InvalidFields(vec![fault]))?;
    let target = CodeTarget::collection(collection.id, &collection.identity, mobile);
    lockout::check(app, &target.guessed_at()).await?;
    if request.validate_only {
        return Ok(CodeSent { at: app.now() });
    }
    // First the row that says so: what can't be written down is not sent.
    app.store.retry("prolong_collection", || prolong(app, caller, &hash)).await?;
    let counted = codes::count_sending(app, &target).await?;
    let code = random_digits(6);
    codes::remember(app, &target, &code).await?;
    let sms_request = derived_request("collection sms", &[&collection.id, &request.request_id]);
    sending::send(app, &target, code, counted, sms_request).await?;
    app.store.retry("send_collection_code", || answer(app, &key)).await
}

async fn prolong(app: &App, caller: &CallContext, hash: &TokenHash) -> Result<(), IdentityError> {
    let tx = app.store.begin("prolong_collection").await?;
    let found = collections::lock(tx.conn(), &app.vault, hash).await?;
    let mut collection = allow(found, caller, Step::Profile, tx.now())?;
    collection.expire_time = app.collection_end(tx.now());
    collections::save(tx.conn(), &collection).await?;
    tx.audit(AuditEntry::of(caller, "collection.code_requested", collection.id, json!({})));
    Ok(tx.commit().await?)
}

async fn answer(app: &App, key: &Idempotency) -> Result<CodeSent, IdentityError> {
    let tx = app.store.begin("send_collection_code").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let sent = CodeSent { at: tx.now() };
    Ok(tx.finish(key, sent).await?)
}
