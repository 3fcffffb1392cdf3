//! An enterprise as the registry has it.

use serde::{Deserialize, Serialize};
use shiming_identifiers::TaxpayerId;
use shiming_kernel::{EnterpriseId, Redacted};

use super::{NaturalPerson, Role};

/// The state of the registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EnterpriseStatus {
    /// 正常
    Normal,
    /// 非正常
    Abnormal,
    /// 注销
    Cancelled,
    /// 吊销
    Revoked,
}

impl EnterpriseStatus {
    pub(crate) const ALL: [Self; 4] = [Self::Normal, Self::Abnormal, Self::Cancelled, Self::Revoked];

    /// The column value, and in upper case the error metadata's.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Abnormal => "abnormal",
            Self::Cancelled => "cancelled",
            Self::Revoked => "revoked",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// zh-CN
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Normal => "正常",
            Self::Abnormal => "非正常",
            Self::Cancelled => "注销",
            Self::Revoked => "吊销",
        }
    }

    /// Whether new people can be bound to it.
    pub(crate) const fn takes_applications(self) -> bool {
        matches!(self, Self::Normal)
    }

    /// Whether a session may act for it.
    pub(crate) const fn can_be_acted_for(self) -> bool {
        matches!(self, Self::Normal)
    }

    /// Whether there is still somebody to act for. A 非正常 one has duties, and its legal representative must be able to see to them.
    pub(crate) const fn exists(self) -> bool {
        matches!(self, Self::Normal | Self::Abnormal)
    }
}

/// A registry record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Enterprise {
    pub(crate) id: EnterpriseId,
    pub(crate) unified_social_credit_code: Option<String>,
    /// A sole proprietor's may be the ID number itself: sealed in the store.
    pub(crate) taxpayer_id: Redacted<String>,
    pub(crate) name: String,
    pub(crate) status: EnterpriseStatus,
    pub(crate) legal_representative: NaturalPerson,
    pub(crate) finance_officer: Option<NaturalPerson>,
    pub(crate) tax_authority: String,
    pub(crate) address: String,
    /// Counts the changes; the etag.
    pub(crate) revision: i64,
}

impl Enterprise {
    pub(crate) fn etag(&self) -> String {
        format!("{:x}", self.revision)
    }

    /// The taxpayer id as it may be shown: masked when it is made of its owner's ID number.
    pub(crate) fn shown_taxpayer_id(&self) -> String {
        TaxpayerId::parse(self.taxpayer_id.expose()).map(|id| id.masked()).unwrap_or_default()
    }

    /// Whom the record names in `role`.
    pub(crate) fn named_as(&self, role: Role) -> Option<&NaturalPerson> {
        match role {
            Role::LegalRepresentative => Some(&self.legal_representative),
            Role::FinanceOfficer => self.finance_officer.as_ref(),
            Role::TaxClerk
            | Role::InvoiceCollector
            | Role::InvoiceIssuer
            | Role::TaxAgent
            | Role::Administrator
            | Role::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::registry::tests::enterprise;

    #[test]
    fn a_sole_proprietors_number_is_shown_masked() {
        let shown = |id: &str| Enterprise { taxpayer_id: id.into(), ..enterprise() }.shown_taxpayer_id();
        assert_eq!(shown("91640100MA75000124"), "91640100MA75000124");
        assert!(!shown("64010119900307001501").contains("19900307"));
    }

    #[test]
    fn columns_round_trip() {
        for status in EnterpriseStatus::ALL {
            assert_eq!(EnterpriseStatus::from_column(status.as_str()), Some(status));
        }
    }
}
