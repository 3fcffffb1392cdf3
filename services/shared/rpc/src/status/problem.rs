//! An error as a client received it.

use std::borrow::Cow;

use shiming_kernel::{ErrorKind, Facts, FieldViolation, Reason, ServiceError};
use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt as _};

use super::{DOMAIN, kind};

/// What another service answered instead of a result. Holds no personal data, as no error does.
///
/// It may be passed on: reason, facts and words of a newer peer stay whole, known here or not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {reason}", self.kind())]
pub struct Problem {
    /// Why.
    pub reason: Reason,
    /// zh-CN for people.
    pub words: String,
    /// What programs may know beside the reason.
    pub facts: Facts,
}

impl Problem {
    /// Reads a status. One without `ErrorInfo` (of a proxy, or of the transport) is judged by its code.
    pub fn from_status(status: &Status) -> Self {
        let details = status.get_error_details();
        let kind = kind(status.code());
        let info = details.error_info().filter(|info| info.domain == DOMAIN);
        let reason =
            info.map_or_else(|| Reason::of_kind(kind), |info| Reason::read(info.reason.as_str(), kind));
        let words = details.localized_message().map_or_else(|| reason.words(), |said| said.message.as_str());
        Self { words: words.to_owned(), facts: facts(&details), reason }
    }

    /// What may be done about it.
    pub const fn kind(&self) -> ErrorKind {
        self.reason.kind()
    }
}

/// With the contract's words and no facts.
impl From<Reason> for Problem {
    fn from(reason: Reason) -> Self {
        Self { words: reason.words().to_owned(), facts: Facts::none(), reason }
    }
}

impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        Self::from_status(&status)
    }
}

impl ServiceError for Problem {
    fn reason(&self) -> Reason {
        self.reason.clone()
    }
    fn words(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.words)
    }
    fn facts(&self) -> Facts {
        self.facts.clone()
    }
}

fn facts(details: &ErrorDetails) -> Facts {
    let info = details.error_info().filter(|info| info.domain == DOMAIN);
    let metadata = info.into_iter().flat_map(|info| &info.metadata);
    let violations = details.bad_request().into_iter().flat_map(|bad| &bad.field_violations);
    let violation = |one: &tonic_types::FieldViolation| {
        FieldViolation::new(one.field.clone(), one.reason.clone(), one.description.clone())
    };
    Facts {
        metadata: metadata.map(|(key, value)| (key.clone().into(), value.clone())).collect(),
        violations: violations.map(violation).collect(),
        retry_after: details.retry_info().and_then(|retry| retry.retry_delay),
    }
}
