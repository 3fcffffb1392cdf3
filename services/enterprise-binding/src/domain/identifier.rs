//! What people type to find an enterprise.

use shiming_identifiers::{IdentifierError, TaxpayerId};
use shiming_kernel::Redacted;

/// A unified code or a taxpayer id in canonical spelling. May be a sole proprietor's ID number, so it never prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnterpriseIdentifier {
    canonical: Redacted<String>,
    mistyped: bool,
}

impl EnterpriseIdentifier {
    pub(crate) fn parse(typed: &str) -> Result<Self, IdentifierError> {
        let id = TaxpayerId::parse(typed)?;
        Ok(Self { canonical: Redacted::from(id.as_str()), mistyped: !id.checksum_ok() })
    }

    pub(crate) fn as_str(&self) -> &str {
        self.canonical.expose()
    }

    /// It reads only as a unified code, and one whose check digit is wrong: worth a hint when the registry has no such enterprise.
    pub(crate) fn is_mistyped(&self) -> bool {
        self.mistyped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_check_digit_is_only_noted() {
        let right = EnterpriseIdentifier::parse(" 91640100ma75000124 ").unwrap();
        assert_eq!((right.as_str(), right.is_mistyped()), ("91640100MA75000124", false));
        assert!(EnterpriseIdentifier::parse("91640100MA75000125").unwrap().is_mistyped());
    }

    #[test]
    fn what_is_neither_is_refused() {
        for typed in ["", "9164", "91640100MA7500012!", "'; DROP TABLE enterprises"] {
            assert!(EnterpriseIdentifier::parse(typed).is_err(), "{typed}");
        }
    }
}
