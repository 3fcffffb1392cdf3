//! Checks a login code and opens a session.
//!
//! A wrong code gets the one answer that an unknown, wrong or uncollected person gets: since no code is ever sent for those, "your code is
//! wrong" would say that the person is known. Only what is alike for everybody is told apart: that the code asked for has expired, or that
//! it was tried too often. For a person we don't know a code is remembered as well; it was just never sent.

use serde::Serialize;
use serde_json::json;
use shiming_identifiers::{Identity, Mobile};
use shiming_kernel::{CallContext, FieldViolation, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use super::send_login_code::{check, matching_person};
use crate::app::codes::{self, CodeTarget};
use crate::app::sessions::{self, OpenedSession};
use crate::app::{App, DocumentInput};
use crate::domain::code::{Verdict, is_code};
use crate::domain::session::SessionRecord;
use crate::error::{CodeRefusal, IdentityError};

/// Who logs in, with which code.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LogIn {
    pub(crate) document: DocumentInput,
    pub(crate) mobile: Redacted<String>,
    pub(crate) code: Redacted<String>,
}

/// Opens a session; `None` when everything was only checked.
pub(crate) async fn log_in(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &LogIn,
) -> Result<Option<OpenedSession>, IdentityError> {
    let mut faults = Vec::new();
    if !is_code(command.code.expose()) {
        faults.push(FieldViolation::new("code", "CODE_FORMAT", "请输入6位数字验证码"));
    }
    let (identity, mobile) = check(app, &command.document, &command.mobile, faults)?;
    let key = Idempotency::of(caller, "LogIn", request, command);
    if let Some(done) = app.replayed("log_in", &key).await? {
        return Ok(done);
    }
    if request.validate_only {
        // "Checks the form of everything and opens nothing": a code that could be tried here would be an oracle.
        return Ok(None);
    }
    let target = CodeTarget::login(&identity, mobile);
    match codes::verify(app, caller, &target, &command.code, request).await? {
        Verdict::Right => {}
        Verdict::Wrong { .. } | Verdict::Used | Verdict::Absent => return Err(IdentityError::LoginRefused),
        Verdict::Expired => return Err(IdentityError::CodeWrong(CodeRefusal::Expired)),
        Verdict::Dead => return Err(IdentityError::CodeWrong(CodeRefusal::Dead)),
    }
    let attempt = || attempt(app, caller, &key, &identity, &target.mobile);
    let opened = app.store.retry("log_in", attempt).await;
    if opened.is_err() {
        codes::release(app, &target, request).await;
    }
    opened
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    identity: &Identity,
    mobile: &Mobile,
) -> Result<Option<OpenedSession>, IdentityError> {
    // Read before the transaction: on SQLite that keeps the writer free, and a person's name and mobile don't change under way.
    let person = matching_person(app, identity, mobile).await?.ok_or(IdentityError::LoginRefused)?;
    let tx = app.store.begin("log_in").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let name_masked = person.identity.name.masked();
    let client = caller.client.clone();
    let record =
        SessionRecord::open(person.id, name_masked, client, &**app.store.clock(), &app.rules.session());
    let opened = sessions::open(app, record).await?;
    let session = &opened.view.record.session;
    let detail = json!({
        "session_id": session.session_id,
        "evidence": session.evidence.as_str(),
        "ip_hash": caller.client.ip_hash,
    });
    tx.audit(AuditEntry::of(caller, "session.opened", format!("person:{}", person.id), detail));
    Ok(tx.finish(key, Some(opened)).await?)
}
