//! What a person's record rests on.

use chrono::{DateTime, NaiveDate, Utc};
use shiming_kernel::{CallContext, EvidenceLevel};

use super::get_profile::get_profile;
use crate::app::App;
use crate::domain::person::Person;
use crate::error::IdentityError;

/// The evidence, and how long the document behind it is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) level: EvidenceLevel,
    pub(crate) since: DateTime<Utc>,
    pub(crate) document_valid: bool,
    /// Today included; absent when the document is valid for good.
    pub(crate) document_days_left: Option<i32>,
}

/// Of the person of the session.
pub(crate) async fn get_evidence(app: &App, caller: &CallContext) -> Result<Evidence, IdentityError> {
    Ok(on(&get_profile(app, caller).await?, app.today()))
}

fn on(person: &Person, today: NaiveDate) -> Evidence {
    let days_left = |until: NaiveDate| {
        let days = until.signed_duration_since(today).num_days().saturating_add(1).max(0);
        i32::try_from(days).unwrap_or(i32::MAX)
    };
    Evidence {
        level: person.evidence,
        since: person.evidence_time,
        document_valid: person.document_valid(today),
        document_days_left: person.profile.validity.until.map(days_left),
    }
}
