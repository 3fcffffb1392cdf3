//! Whose face is looked for: document and name, and the keys they are found and compared by.

use std::fmt;

use serde::{Deserialize, Serialize};
use shiming_identifiers::{DocumentNumber, PersonName};

/// A document and the name on it, both read by their rules. Neither prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownPerson {
    pub(crate) document: DocumentNumber,
    pub(crate) name: PersonName,
}

impl KnownPerson {
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
