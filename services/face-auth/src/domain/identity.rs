//! The keys by which a person whose face is looked for is found and compared.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use shiming_identifiers::Identity;

use super::refusal::Refusal;

/// From this age on faces are compared. To the net children are one face: of strangers of one sex at the threshold of a standard check,
/// more than half pass before the fourth birthday, and of teenagers' own photos most are refused some years later.
const COMPARED_FROM: u32 = 16;

/// Refuses a face of somebody who is too young on the day it is, or was, before the camera.
pub(crate) fn refuse_child(person: &Identity, day: NaiveDate) -> Result<(), Refusal> {
    let is_child = person.document.age_on(day).is_some_and(|age| age < COMPARED_FROM);
    if is_child { Err(Refusal::UnderAge) } else { Ok(()) }
}

/// What of a person a session or a reference must know, and no more: stored sealed, never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IdentityKeys {
    /// Family and canonical number of the document.
    pub(crate) document: String,
    /// What all spellings of the name have in common.
    pub(crate) name: String,
}

impl IdentityKeys {
    /// The keys of a document and the name on it.
    pub(crate) fn of(person: &Identity) -> Self {
        Self { document: person.key(), name: person.name.matching_key() }
    }
}

impl fmt::Debug for IdentityKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKeys([redacted])")
    }
}
