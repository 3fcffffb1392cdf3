//! What a person does for an enterprise, in the tax administration's words.

use serde::{Deserialize, Serialize};

/// A role. The order is the contract's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// 法定代表人: from the registry only.
    LegalRepresentative,
    /// 财务负责人
    FinanceOfficer,
    /// 办税员
    TaxClerk,
    /// 领票人
    InvoiceCollector,
    /// 开票员
    InvoiceIssuer,
    /// 税务代理人
    TaxAgent,
    /// 管理员
    Administrator,
    /// 其他
    Other,
}

impl Role {
    pub(crate) const ALL: [Self; 8] = [
        Self::LegalRepresentative,
        Self::FinanceOfficer,
        Self::TaxClerk,
        Self::InvoiceCollector,
        Self::InvoiceIssuer,
        Self::TaxAgent,
        Self::Administrator,
        Self::Other,
    ];

    /// The roles whose holder decides applications.
    pub(crate) const APPROVERS: [Self; 3] =
        [Self::LegalRepresentative, Self::FinanceOfficer, Self::Administrator];

    /// The column value; never changed, only added to.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::LegalRepresentative => "legal_representative",
            Self::FinanceOfficer => "finance_officer",
            Self::TaxClerk => "tax_clerk",
            Self::InvoiceCollector => "invoice_collector",
            Self::InvoiceIssuer => "invoice_issuer",
            Self::TaxAgent => "tax_agent",
            Self::Administrator => "administrator",
            Self::Other => "other",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// zh-CN, as pages and messages show it.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::LegalRepresentative => "法定代表人",
            Self::FinanceOfficer => "财务负责人",
            Self::TaxClerk => "办税员",
            Self::InvoiceCollector => "领票人",
            Self::InvoiceIssuer => "开票员",
            Self::TaxAgent => "税务代理人",
            Self::Administrator => "管理员",
            Self::Other => "其他",
        }
    }

    pub(crate) fn decides_applications(self) -> bool {
        Self::APPROVERS.contains(&self)
    }

    /// Whether one may ask for it; 法定代表人 follows from the registration alone.
    pub(crate) fn is_applicable(self) -> bool {
        self != Self::LegalRepresentative
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_round_trip_and_labels_are_distinct() {
        let labels: std::collections::BTreeSet<_> = Role::ALL.iter().map(|role| role.label()).collect();
        assert_eq!(labels.len(), Role::ALL.len());
        for role in Role::ALL {
            assert_eq!(Role::from_column(role.as_str()), Some(role));
        }
        assert_eq!(Role::from_column("owner"), None);
    }

    #[test]
    fn three_roles_decide_and_one_is_not_applied_for() {
        let deciding: Vec<_> = Role::ALL.into_iter().filter(|role| role.decides_applications()).collect();
        assert_eq!(deciding, [Role::LegalRepresentative, Role::FinanceOfficer, Role::Administrator]);
        let closed: Vec<_> = Role::ALL.into_iter().filter(|role| !role.is_applicable()).collect();
        assert_eq!(closed, [Role::LegalRepresentative]);
    }
}
