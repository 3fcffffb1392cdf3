//! GB 32100: the unified social credit code of organisations (统一社会信用代码).

use std::fmt;
use std::sync::LazyLock;

use crate::table::rows;
use crate::{IdentifierError, OrganisationCode, Province, check, fold};

static AUTHORITIES: LazyLock<Vec<[&str; 2]>> =
    LazyLock::new(|| rows(include_str!("../data/uscc_authorities.tsv")));

/// 18 characters of the alphabet: authority, kind, region(6), organisation code(9), check.
///
/// Some codes in real use break the check, so a wrong one is reported by [`checksum_ok`](Self::checksum_ok) and overridden by a
/// hit in the registry. Names an organisation, not a person: it prints.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnifiedSocialCreditCode(String);

impl UnifiedSocialCreditCode {
    /// Reads 18 characters; full-width, small letters and spaces are accepted. Length and alphabet are demanded.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let code = fold::code(text);
        if code.chars().count() != 18 {
            return Err(IdentifierError::UsccLength);
        }
        if code.bytes().all(|b| check::GB32100_ALPHABET.contains(&b)) {
            Ok(Self(code))
        } else {
            Err(IdentifierError::UsccCharacter)
        }
    }

    /// 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both checks hold: the code's own and that of the organisation code in it.
    pub fn checksum_ok(&self) -> bool {
        check::closes(&self.0, check::gb32100)
            && self.organisation_code().is_some_and(|code| code.checksum_ok())
    }

    /// Characters 9–17.
    pub fn organisation_code(&self) -> Option<OrganisationCode> {
        OrganisationCode::parse(self.0.get(8..17)?).ok()
    }

    /// Characters 3–8: the region of registration.
    pub fn region(&self) -> &str {
        self.0.get(2..8).unwrap_or_default()
    }

    /// The province of registration, where the region has one (codes of national authorities have not).
    pub fn province(&self) -> Option<Province> {
        Province::of_region(self.region())
    }

    /// Who registers such organisations, in Chinese, e.g. 工商/市场监管.
    pub fn authority(&self) -> Option<&'static str> {
        let first = self.0.get(..1)?;
        AUTHORITIES.iter().find(|[code, _]| *code == first).map(|[_, name]| *name)
    }
}

impl fmt::Display for UnifiedSocialCreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_authority_region_and_organisation() {
        let code = UnifiedSocialCreditCode::parse(" 91640100ma75000124 ").unwrap();
        assert_eq!(code.to_string(), "91640100MA75000124");
        assert!(code.checksum_ok());
        assert_eq!(code.authority(), Some("工商/市场监管"));
        assert_eq!(code.province().map(Province::name), Some("宁夏"));
        assert_eq!(code.organisation_code().unwrap().as_str(), "MA7500012");
    }

    #[test]
    fn length_and_alphabet_are_demanded_and_the_check_reported() {
        for (text, error) in [
            ("", IdentifierError::UsccLength),
            ("91640100MA7500012", IdentifierError::UsccLength),
            ("91640100MA75000I24", IdentifierError::UsccCharacter),
            ("统一社会信用代码统一社会信用代码一二", IdentifierError::UsccCharacter),
        ] {
            assert_eq!(UnifiedSocialCreditCode::parse(text), Err(error));
        }
        assert!(!UnifiedSocialCreditCode::parse("91640100MA75000125").unwrap().checksum_ok());
    }

    #[test]
    fn the_authority_table_is_complete() {
        assert_eq!(AUTHORITIES.len(), 12);
    }
}
