//! GB 11714: the organisation code, nine characters, that unified codes and legacy taxpayer numbers contain.

use std::fmt;

use crate::{IdentifierError, check, fold};

/// Eight characters and a check, without the hyphen. The check is reported, not demanded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganisationCode(String);

impl OrganisationCode {
    /// Reads nine characters; a hyphen before the last is accepted.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let code = fold::code(text).replace('-', "");
        if code.len() == 9 && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            Ok(Self(code))
        } else {
            Err(IdentifierError::OrganisationCodeFormat)
        }
    }

    /// Nine characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the last character is the check of the others.
    pub fn checksum_ok(&self) -> bool {
        check::closes(&self.0, check::gb11714)
    }
}

impl fmt::Display for OrganisationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hyphen_is_optional_and_the_check_reported() {
        let code = OrganisationCode::parse("d2143569-x").unwrap();
        assert_eq!(code.to_string(), "D2143569X");
        assert!(code.checksum_ok());
        assert!(!OrganisationCode::parse("D21435690").unwrap().checksum_ok());
        for text in ["", "D2143569", "D214356９Xy", "组织机构代码甲乙丙"] {
            assert_eq!(OrganisationCode::parse(text), Err(IdentifierError::OrganisationCodeFormat), "{text}");
        }
    }
}
