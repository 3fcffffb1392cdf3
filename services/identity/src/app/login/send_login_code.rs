//! Sends a login code if document, name and mobile belong to one collected person, and lets nobody see whether they did.
//!
//! Known and unknown take the same way: the same reads, a person is opened in any case (a decoy where there is none), the same cache
//! entries and audit row are written, a code is made and hashed. Only at the very end, after the answer is settled, a background task sends
//! or does not; see [`sending`](super::sending).
//!
//! A request that names nobody counts against its sender, and against the very combination it names: not against the owner of the number or
//! of the phone.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use shiming_crypto::random_digits;
use shiming_identifiers::{Identity, Mobile};
use shiming_kernel::{CallContext, FieldViolation, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::codes::{self, CodeTarget};
use crate::app::collection::send_collection_code::CodeSent;
use crate::app::{App, DocumentInput, derived_request, lockout, senders, sending};
use crate::domain::person::Person;
use crate::error::IdentityError;
use crate::store::persons;

/// Who wants to log in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SendLoginCode {
    pub(crate) document: DocumentInput,
    pub(crate) mobile: Redacted<String>,
}

/// Sends a code, or seems to.
pub(crate) async fn send_login_code(
    app: &Arc<App>,
    caller: &CallContext,
    request: RequestMeta,
    command: &SendLoginCode,
) -> Result<CodeSent, IdentityError> {
    let (identity, mobile) = check(app, &command.document, &command.mobile, Vec::new())?;
    let key = Idempotency::of(caller, "SendLoginCode", request, command);
    if let Some(done) = app.replayed("send_login_code", &key).await? {
        return Ok(done);
    }
    if !request.validate_only {
        senders::count(app, caller).await?;
    }
    let known = matching_person(app, &identity, &mobile).await?.is_some();
    let target = CodeTarget::login(&identity, mobile, known);
    lockout::check(app, &target.guessed_at()).await?;
    if request.validate_only {
        return Ok(CodeSent { at: app.now() });
    }
    let place = app.sending.place(app.now())?;
    let counted = codes::count_sending(app, &target).await?;
    let code = random_digits(6);
    codes::remember(app, &target, &code).await?;
    let sent = app.store.retry("send_login_code", || answer(app, caller, &key, &target)).await?;
    if known {
        let sms_request = derived_request("login sms", &[&request.request_id]);
        sending::send_later(app, target, code, counted, sms_request, place);
    }
    Ok(sent)
}

async fn answer(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    target: &CodeTarget,
) -> Result<CodeSent, IdentityError> {
    let tx = app.store.begin("send_login_code").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let subject = format!("identity:{}", app.pseudonym(&target.identity_key));
    tx.audit(AuditEntry::of(
        caller,
        "login.code_requested",
        subject,
        json!({"ip_hash": caller.client.ip_hash}),
    ));
    let sent = CodeSent { at: tx.now() };
    Ok(tx.finish(key, sent).await?)
}

/// Reads document and mobile; every fault is said at once, after those of other fields.
pub(super) fn check(
    app: &App,
    document: &DocumentInput,
    mobile: &Redacted<String>,
    mut faults: Vec<FieldViolation>,
) -> Result<(Identity, Mobile), IdentityError> {
    let identity = app.identity(document).map_err(|more| faults.extend(more)).ok();
    let mobile = app.mobile(mobile).map_err(|fault| faults.push(fault)).ok();
    match (identity, mobile) {
        (Some(identity), Some(mobile)) if faults.is_empty() => Ok((identity, mobile)),
        _ => Err(IdentityError::InvalidFields(faults)),
    }
}

/// The collected person of this identity, if name and mobile are theirs too. Takes the same steps in every case.
pub(super) async fn matching_person(
    app: &App,
    identity: &Identity,
    mobile: &Mobile,
) -> Result<Option<Person>, IdentityError> {
    let (person, collected) =
        persons::by_identity_or_decoy(app.store.reader(), &app.vault, &app.decoy, &identity.key()).await?;
    let same_name = person.identity.name.matches(&identity.name);
    let same_mobile = person.mobile == *mobile;
    Ok((collected & same_name & same_mobile).then_some(person))
}
