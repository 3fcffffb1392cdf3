//! Rows of the tax registry: what is accepted, and what a change of them does to bindings.

use std::borrow::Cow;

use chrono::NaiveDate;
use shiming_identifiers::{DocumentType, Identity, TaxpayerId, UnifiedSocialCreditCode};
use shiming_kernel::{EnterpriseId, Redacted};

use super::{Binding, Enterprise, EnterpriseStatus, NaturalPerson, Role};

const NAME_MOST: usize = 200;
const PLACE_MOST: usize = 300;

/// A row as sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct RegistryRow {
    /// The sender's name for it.
    pub(crate) row_id: String,
    pub(crate) unified_social_credit_code: String,
    pub(crate) taxpayer_id: Redacted<String>,
    pub(crate) name: String,
    pub(crate) status: Option<EnterpriseStatus>,
    pub(crate) legal_representative: Option<PersonAsSent>,
    pub(crate) finance_officer: Option<PersonAsSent>,
    pub(crate) tax_authority: String,
    pub(crate) address: String,
}

/// A natural person of a row as sent.
#[derive(Clone, Debug)]
pub(crate) struct PersonAsSent {
    pub(crate) document_type: Option<DocumentType>,
    pub(crate) number: Redacted<String>,
    pub(crate) name: Redacted<String>,
}

/// Why a row was refused. Never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowFault {
    pub(crate) field: String,
    pub(crate) reason: Cow<'static, str>,
}

impl RowFault {
    pub(crate) fn new(field: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}

/// A row that can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegistryRecord {
    pub(crate) unified_social_credit_code: Option<String>,
    pub(crate) taxpayer_id: Redacted<String>,
    pub(crate) name: String,
    pub(crate) status: EnterpriseStatus,
    pub(crate) legal_representative: NaturalPerson,
    pub(crate) finance_officer: Option<NaturalPerson>,
    pub(crate) tax_authority: String,
    pub(crate) address: String,
}

impl RegistryRecord {
    /// Reads a row. A code whose checksum fails is taken all the same: the registry is the authority, and some real ones do.
    pub(crate) fn parse(row: &RegistryRow, today: NaiveDate) -> Result<Self, RowFault> {
        let code = match row.unified_social_credit_code.as_str() {
            "" => None,
            text => Some(canonical_code(text)?),
        };
        let taxpayer_id = match (row.taxpayer_id.expose().as_str(), &code) {
            ("", Some(code)) => code.clone(),
            ("", None) => return Err(RowFault::new("unified_social_credit_code", "REQUIRED")),
            (text, _) => TaxpayerId::parse(text)
                .map_err(|error| RowFault::new("taxpayer_id", error.reason()))?
                .as_str()
                .to_owned(),
        };
        let representative = row.legal_representative.as_ref();
        let representative = representative.ok_or(RowFault::new("legal_representative", "REQUIRED"))?;
        Ok(Self {
            unified_social_credit_code: code,
            taxpayer_id: taxpayer_id.into(),
            name: text("name", &row.name, 1..=NAME_MOST)?,
            status: row.status.ok_or(RowFault::new("status", "REQUIRED"))?,
            legal_representative: person("legal_representative", representative, today)?,
            finance_officer: match &row.finance_officer {
                Some(officer) => Some(person("finance_officer", officer, today)?),
                None => None,
            },
            tax_authority: text("tax_authority", &row.tax_authority, 0..=PLACE_MOST)?,
            address: text("address", &row.address, 0..=PLACE_MOST)?,
        })
    }

    pub(crate) fn into_enterprise(self, id: EnterpriseId, revision: i64) -> Enterprise {
        Enterprise {
            id,
            unified_social_credit_code: self.unified_social_credit_code,
            taxpayer_id: self.taxpayer_id,
            name: self.name,
            status: self.status,
            legal_representative: self.legal_representative,
            finance_officer: self.finance_officer,
            tax_authority: self.tax_authority,
            address: self.address,
            revision,
        }
    }
}

fn canonical_code(text: &str) -> Result<String, RowFault> {
    UnifiedSocialCreditCode::parse(text)
        .map(|code| code.as_str().to_owned())
        .map_err(|error| RowFault::new("unified_social_credit_code", error.reason()))
}

fn person(field: &str, sent: &PersonAsSent, today: NaiveDate) -> Result<NaturalPerson, RowFault> {
    let kind = sent.document_type.ok_or_else(|| RowFault::new(format!("{field}.type"), "REQUIRED"))?;
    let read = Identity::parse(kind, sent.number.expose(), sent.name.expose(), today, field);
    read.map(NaturalPerson::from).map_err(|faults| match faults.into_iter().next() {
        Some(first) => RowFault::new(first.field, first.reason),
        None => RowFault::new(field, "MALFORMED"),
    })
}

fn text(field: &str, text: &str, length: std::ops::RangeInclusive<usize>) -> Result<String, RowFault> {
    let text = text.trim();
    let characters = text.chars().count();
    if characters < *length.start() {
        return Err(RowFault::new(field, "REQUIRED"));
    }
    if characters > *length.end() {
        return Err(RowFault::new(field, "TOO_LONG"));
    }
    if text.chars().any(char::is_control) {
        return Err(RowFault::new(field, "CONTROL_CHARACTER"));
    }
    Ok(text.to_owned())
}

/// In which roles the registry names this very person: name, document type and number.
pub(crate) fn roles_naming(enterprise: &Enterprise, person: &NaturalPerson) -> Vec<Role> {
    let named = |role: &Role| enterprise.named_as(*role).is_some_and(|named| named.matches(person));
    Role::ALL.into_iter().filter(named).collect()
}

/// Whether a binding rested on the registry naming its holder, and `enterprise` no longer does. A new name of the same person
/// displaces nobody.
pub(crate) fn is_displaced(binding: &Binding, enterprise: &Enterprise) -> bool {
    let named = enterprise.named_as(binding.role);
    binding.from_registry
        && binding.is_active()
        && !named.is_some_and(|named| named.is_same_person(&binding.holder))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::binding::tests::{LIFETIME, new, now};
    use crate::domain::person::tests::{person as person_named, today, zhang_san};
    use shiming_kernel::SystemClock;

    pub(crate) fn row() -> RegistryRow {
        RegistryRow {
            row_id: "1".into(),
            unified_social_credit_code: "91640100MA75000124".into(),
            name: "宁夏示例科技有限公司".into(),
            status: Some(EnterpriseStatus::Normal),
            legal_representative: Some(sent("640101199003070015", "张三")),
            ..RegistryRow::default()
        }
    }

    fn sent(number: &str, name: &str) -> PersonAsSent {
        let document_type = Some(DocumentType::ResidentId);
        PersonAsSent { document_type, number: number.into(), name: name.into() }
    }

    pub(crate) fn enterprise() -> Enterprise {
        let record = RegistryRecord::parse(&row(), today()).unwrap();
        record.into_enterprise(EnterpriseId::new(&SystemClock), 1)
    }

    fn fault(row: &RegistryRow) -> (String, String) {
        let RowFault { field, reason } = RegistryRecord::parse(row, today()).unwrap_err();
        (field, reason.into_owned())
    }

    #[test]
    fn the_code_stands_in_for_an_absent_taxpayer_id() {
        let record = RegistryRecord::parse(&row(), today()).unwrap();
        assert_eq!(record.taxpayer_id.expose(), "91640100MA75000124");
        assert_eq!(fault(&RegistryRow { unified_social_credit_code: String::new(), ..row() }).1, "REQUIRED");
    }

    #[test]
    fn a_failing_checksum_is_taken_and_a_strange_character_is_not() {
        let with = |code: &str| RegistryRow { unified_social_credit_code: code.into(), ..row() };
        assert!(
            RegistryRecord::parse(&with("91350100M000100Y4Z"), today()).is_err(),
            "Z is not in the alphabet"
        );
        assert!(RegistryRecord::parse(&with("91640100MA75000125"), today()).is_ok());
        assert_eq!(fault(&with("9164010")).0, "unified_social_credit_code");
    }

    #[test]
    fn faults_name_their_field() {
        assert_eq!(fault(&RegistryRow { name: "  ".into(), ..row() }), ("name".into(), "REQUIRED".into()));
        assert_eq!(fault(&RegistryRow { status: None, ..row() }), ("status".into(), "REQUIRED".into()));
        assert_eq!(
            fault(&RegistryRow { name: "长".repeat(201), ..row() }),
            ("name".into(), "TOO_LONG".into())
        );
        let control = RegistryRow { address: "银川\u{0}".into(), ..row() };
        assert_eq!(fault(&control), ("address".into(), "CONTROL_CHARACTER".into()));
        let nobody = RegistryRow { legal_representative: None, ..row() };
        assert_eq!(fault(&nobody), ("legal_representative".into(), "REQUIRED".into()));
        let wrong = RegistryRow { finance_officer: Some(sent("640101199003070016", "李四")), ..row() };
        assert_eq!(fault(&wrong), ("finance_officer.number".into(), "ID_CHECKSUM".into()));
    }

    #[test]
    fn the_registry_names_by_number_and_name() {
        let enterprise = enterprise();
        assert_eq!(roles_naming(&enterprise, &zhang_san()), [Role::LegalRepresentative]);
        let namesake = person_named(DocumentType::ResidentId, "640101199003070023", "张三");
        assert_eq!(roles_naming(&enterprise, &namesake), []);
        let both = Enterprise { finance_officer: Some(zhang_san()), ..enterprise };
        assert_eq!(roles_naming(&both, &zhang_san()), [Role::LegalRepresentative, Role::FinanceOfficer]);
    }

    #[test]
    fn only_a_registry_binding_of_a_person_no_longer_named_is_displaced() {
        let enterprise = enterprise();
        let holder = Binding::named_by_registry(new(Role::LegalRepresentative), now());
        assert!(!is_displaced(&holder, &enterprise));
        let officer = Binding::named_by_registry(new(Role::FinanceOfficer), now());
        assert!(is_displaced(&officer, &enterprise), "the record names no finance officer");
        let mut approved = Binding::submitted(new(Role::FinanceOfficer), now(), LIFETIME);
        approved.approve(holder.person_id, now()).unwrap();
        assert!(!is_displaced(&approved, &enterprise), "rests on an approval");
        let other = person_named(DocumentType::ResidentId, "640101199003070023", "李四");
        assert!(is_displaced(&holder, &Enterprise { legal_representative: other, ..enterprise }));
    }
}
