//! The peoples of GB/T 3304.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::IdentifierError;
use crate::table::rows;

static ETHNICITIES: LazyLock<Vec<Ethnicity>> = LazyLock::new(|| {
    rows(include_str!("../data/ethnicities.tsv"))
        .into_iter()
        .map(|[code, name]| Ethnicity { code, name })
        .collect()
});

/// A people of GB/T 3304: 01–56, 97 (other), 98 (of foreign descent). Serialised as its code.
///
/// What somebody's people is counts as sensitive: wrap it in `Redacted` inside types that print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Ethnicity {
    code: &'static str,
    name: &'static str,
}

impl Ethnicity {
    /// By two-digit code.
    pub fn from_code(code: &str) -> Result<Self, IdentifierError> {
        Self::find(|row| row.code == code)
    }

    /// By name, with or without 族.
    pub fn from_name(name: &str) -> Result<Self, IdentifierError> {
        Self::find(|row| row.name == name || row.name.strip_suffix('族') == Some(name))
    }

    /// The whole table, by code.
    pub fn all() -> &'static [Self] {
        &ETHNICITIES
    }

    /// Two digits, e.g. `03`.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// Chinese name, e.g. 回族.
    pub const fn name(self) -> &'static str {
        self.name
    }

    fn find(wanted: impl Fn(&Self) -> bool) -> Result<Self, IdentifierError> {
        Self::all().iter().copied().find(wanted).ok_or(IdentifierError::EthnicityUnknown)
    }
}

impl TryFrom<String> for Ethnicity {
    type Error = IdentifierError;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::from_code(&code)
    }
}

impl From<Ethnicity> for &'static str {
    fn from(ethnicity: Ethnicity) -> Self {
        ethnicity.code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_found_by_code_and_name() {
        assert_eq!(Ethnicity::all().len(), 58);
        let hui = Ethnicity::from_code("03").unwrap();
        assert_eq!(hui.name(), "回族");
        assert_eq!(Ethnicity::from_name("回族"), Ok(hui));
        assert_eq!(Ethnicity::from_name("回"), Ok(hui));
        for unknown in ["3", "57", "", "00"] {
            assert_eq!(Ethnicity::from_code(unknown), Err(IdentifierError::EthnicityUnknown));
        }
        assert_eq!(Ethnicity::from_name(""), Err(IdentifierError::EthnicityUnknown));
    }

    #[test]
    fn it_serialises_as_its_code() {
        let hui = Ethnicity::from_code("03").unwrap();
        assert_eq!(serde_json::to_string(&hui).unwrap(), "\"03\"");
        assert_eq!(serde_json::from_str::<Ethnicity>("\"03\"").unwrap(), hui);
        assert!(serde_json::from_str::<Ethnicity>("\"99\"").is_err());
    }
}
