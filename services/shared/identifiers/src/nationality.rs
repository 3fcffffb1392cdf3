//! The countries and regions of ISO 3166-1.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::IdentifierError;
use crate::table::rows;

static NATIONALITIES: LazyLock<Vec<Nationality>> = LazyLock::new(|| {
    rows(include_str!("../data/nationalities.tsv"))
        .into_iter()
        .map(|[alpha2, alpha3, numeric, name]| Nationality { alpha2, alpha3, numeric, name })
        .collect()
});

/// A country or region of ISO 3166-1, shown in Chinese. Serialised as its two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Nationality {
    alpha2: &'static str,
    alpha3: &'static str,
    numeric: &'static str,
    name: &'static str,
}

impl Nationality {
    /// By two letters, e.g. `CN`; small letters are accepted.
    pub fn from_alpha2(code: &str) -> Result<Self, IdentifierError> {
        Self::find(|row| row.alpha2.eq_ignore_ascii_case(code))
    }

    /// By three letters, e.g. `CHN`; small letters are accepted.
    pub fn from_alpha3(code: &str) -> Result<Self, IdentifierError> {
        Self::find(|row| row.alpha3.eq_ignore_ascii_case(code))
    }

    /// By three digits, e.g. `156`.
    pub fn from_numeric(code: &str) -> Result<Self, IdentifierError> {
        Self::find(|row| row.numeric == code)
    }

    /// The whole table, by two-letter code.
    pub fn all() -> &'static [Self] {
        &NATIONALITIES
    }

    /// Two letters, e.g. `CN`.
    pub const fn alpha2(self) -> &'static str {
        self.alpha2
    }

    /// Three letters, e.g. `CHN`.
    pub const fn alpha3(self) -> &'static str {
        self.alpha3
    }

    /// Three digits, e.g. `156`.
    pub const fn numeric(self) -> &'static str {
        self.numeric
    }

    /// Chinese name, e.g. 中国.
    pub const fn name(self) -> &'static str {
        self.name
    }

    fn find(wanted: impl Fn(&Self) -> bool) -> Result<Self, IdentifierError> {
        Self::all().iter().copied().find(wanted).ok_or(IdentifierError::NationalityUnknown)
    }
}

impl TryFrom<String> for Nationality {
    type Error = IdentifierError;

    fn try_from(alpha2: String) -> Result<Self, Self::Error> {
        Self::from_alpha2(&alpha2)
    }
}

impl From<Nationality> for &'static str {
    fn from(nationality: Nationality) -> Self {
        nationality.alpha2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_complete_and_without_repeats() {
        let all = Nationality::all();
        assert_eq!(all.len(), 249);
        for column in [Nationality::alpha2, Nationality::alpha3, Nationality::numeric, Nationality::name] {
            assert_eq!(all.iter().map(|row| column(*row)).collect::<BTreeSet<_>>().len(), 249);
        }
        assert!(all.is_sorted_by_key(|row| row.alpha2()));
        assert!(
            all.iter().all(|row| row.alpha2.len() == 2 && row.alpha3.len() == 3 && row.numeric.len() == 3)
        );
        assert!(all.iter().all(|row| !row.name.is_ascii()));
    }

    #[test]
    fn hong_kong_macao_and_taiwan_are_shown_as_chinese() {
        let names = ["CN", "HK", "MO", "TW"].map(|code| Nationality::from_alpha2(code).unwrap().name());
        assert_eq!(names, ["中国", "中国香港", "中国澳门", "中国台湾"]);
    }

    #[test]
    fn every_code_finds_the_same_row() {
        let canada = Nationality::from_alpha2("ca").unwrap();
        assert_eq!(Nationality::from_alpha3("CAN"), Ok(canada));
        assert_eq!(Nationality::from_numeric("124"), Ok(canada));
        assert_eq!(Nationality::from_alpha2("XX"), Err(IdentifierError::NationalityUnknown));
        assert_eq!(serde_json::to_string(&canada).unwrap(), "\"CA\"");
        assert_eq!(serde_json::from_str::<Nationality>("\"CA\"").unwrap(), canada);
    }
}
