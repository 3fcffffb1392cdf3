//! Whose face is looked for: document and name, and the keys they are found and compared by.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use shiming_identifiers::{DocumentNumber, PersonName};

use super::refusal::Refusal;

/// From this age on faces are compared. To the net children are one face: of strangers of one sex at the threshold of a standard check,
/// more than half pass before the fourth birthday, and of teenagers' own photos most are refused some years later.
const COMPARED_FROM: u32 = 16;

/// A document and the name on it, both read by their rules. Neither prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownPerson {
    pub(crate) document: DocumentNumber,
    pub(crate) name: PersonName,
}

impl KnownPerson {
    /// Refuses a face of somebody who is too young on the day it is, or was, before the camera.
    pub(crate) fn is_of_age(&self, day: NaiveDate) -> Result<(), Refusal> {
        let is_child = self.document.age_on(day).is_some_and(|age| age < COMPARED_FROM);
        if is_child { Err(Refusal::UnderAge) } else { Ok(()) }
    }

    /// The keys of both.
    pub(crate) fn keys(&self) -> IdentityKeys {
        IdentityKeys { document: self.document.identity_key(), name: self.name.matching_key() }
    }
}

/// What of a person a session or a reference must know, and no more: stored sealed, never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IdentityKeys {
    /// Family and canonical number of the document.
    pub(crate) document: String,
    /// What all spellings of the name have in common.
    pub(crate) name: String,
}

impl fmt::Debug for IdentityKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKeys([redacted])")
    }
}
