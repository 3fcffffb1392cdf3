//! Tells another service who a person is. Every read is a row of the audit, with its purpose, written before the answer.

use serde_json::json;
use shiming_kernel::{CallContext, PersonId};
use shiming_store::AuditEntry;

use crate::app::App;
use crate::domain::person::Person;
use crate::error::IdentityError;
use crate::store::persons;

/// Why a service reads a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResolvePurpose {
    /// Find the enterprises whose registry names this person.
    RegistryMatch,
    /// Show the applicant to the approver.
    Application,
}

impl ResolvePurpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::RegistryMatch => "registry_match",
            Self::Application => "application",
        }
    }
}

/// A person, unmasked, as of today.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) person: Person,
    pub(crate) document_valid: bool,
    pub(crate) adult: bool,
}

/// Reads a person for a named purpose.
pub(crate) async fn resolve_person(
    app: &App,
    caller: &CallContext,
    id: PersonId,
    purpose: ResolvePurpose,
) -> Result<Resolved, IdentityError> {
    let person =
        persons::by_id(app.store.reader(), &app.vault, id).await?.ok_or(IdentityError::PersonNotFound)?;
    let detail = json!({"purpose": purpose.as_str()});
    app.record(AuditEntry::of(caller, "person.resolved", format!("person:{id}"), detail)).await?;
    let today = app.today();
    Ok(Resolved { document_valid: person.document_valid(today), adult: person.is_adult(today), person })
}
