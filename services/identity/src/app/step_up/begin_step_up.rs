//! Records the consent and opens a face session for the person of a session.

use serde::Serialize;
use serde_json::json;
use shiming_kernel::{CallContext, RequestMeta, Session};
use shiming_store::{AuditEntry, Idempotency};

use crate::app::consenting::{self, Consented};
use crate::app::erase_withdrawn::settle_withdrawals;
use crate::app::{App, TicketView, derived_id, derived_request};
use crate::clients::face::{NewFaceSession, Purpose};
use crate::domain::consent::ConsentGiven;
use crate::domain::person::Person;
use crate::error::IdentityError;
use crate::store::consents::{self, ConsentEntry};
use crate::store::{persons, step_ups};

/// What was agreed to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BeginStepUp {
    pub(crate) consent: Option<ConsentGiven>,
}

/// Opens a face session bound to this session; `None` when it was only checked.
pub(crate) async fn begin_step_up(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &BeginStepUp,
) -> Result<Option<TicketView>, IdentityError> {
    let session = caller.session.as_ref().ok_or(IdentityError::SessionInvalid)?;
    let key = Idempotency::of(caller, "BeginStepUp", request, command);
    if let Some(done) = app.replayed("begin_step_up", &key).await? {
        return Ok(done);
    }
    let person = persons::by_id(app.store.reader(), &app.vault, session.person_id).await?;
    let person = person.ok_or(IdentityError::SessionInvalid)?;
    if !person.identity.document_type().supports_face() {
        return Err(IdentityError::FaceNotSupported);
    }
    let consent = consenting::require(app, &person.identity, command.consent.as_ref()).await?;
    if request.validate_only {
        return Ok(None);
    }
    settle_withdrawals(app, &person.identity).await?;
    let consent_id = derived_id("step-up consent", &[&session.session_id, &request.request_id]);
    let face_session = NewFaceSession {
        purpose: Purpose::StepUp,
        subject_id: person.id.as_uuid(),
        person: person.identity.clone(),
        consent_id,
        consent_version: consent.text.version,
        consent_sha256: consent.text.text_sha256,
        consent_time: consent.agree_time,
        request_id: derived_request("step-up face", &[&session.session_id, &request.request_id]),
    };
    let ticket: TicketView = app.face.open(face_session).await?.into();
    let opened = Opened { session, person: &person, consent, consent_id, ticket: &ticket };
    app.store.retry("begin_step_up", || attempt(app, caller, &key, &opened)).await
}

struct Opened<'a> {
    session: &'a Session,
    person: &'a Person,
    consent: Consented,
    consent_id: uuid::Uuid,
    ticket: &'a TicketView,
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    opened: &Opened<'_>,
) -> Result<Option<TicketView>, IdentityError> {
    let tx = app.store.begin("begin_step_up").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let face_session_id = opened.ticket.face_session_id;
    let entry = ConsentEntry {
        id: opened.consent_id,
        subject_kind: "person",
        subject_id: opened.person.id.as_uuid(),
        identity_key: &opened.person.identity.key(),
        text: opened.consent.text,
        agree_time: opened.consent.agree_time,
        client: &caller.client,
    };
    consents::insert(tx.conn(), &app.vault, &entry, tx.now()).await?;
    step_ups::insert(tx.conn(), face_session_id, opened.session, tx.now()).await?;
    let detail = json!({
        "consent_id": entry.id,
        "consent_version": opened.consent.text.version,
        "face_session_id": face_session_id,
        "session_id": opened.session.session_id,
    });
    tx.audit(AuditEntry::of(caller, "step_up.face_opened", format!("person:{}", opened.person.id), detail));
    Ok(tx.finish(key, Some(opened.ticket.clone())).await?)
}
