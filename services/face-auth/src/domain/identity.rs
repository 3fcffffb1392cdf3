//! The keys by which a person whose face is looked for is found and compared.

use std::fmt;

use serde::{Deserialize, Serialize};
use shiming_identifiers::Identity;

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
