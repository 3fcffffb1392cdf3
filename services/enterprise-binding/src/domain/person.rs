//! A natural person as a document names them: of the registry, or of the identity service.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use shiming_identifiers::{
    DocumentNumber, DocumentType, IdentifierError, PersonName, mask_document, mask_name,
};
use shiming_kernel::Redacted;

/// Document and name. Serialises into sealed columns only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NaturalPerson {
    pub(crate) document_type: DocumentType,
    /// Canonical.
    pub(crate) number: Redacted<String>,
    /// As written on the document.
    pub(crate) name: Redacted<String>,
    /// Document family and canonical number: equal for one person's resident and temporary card.
    identity_key: Redacted<String>,
    /// The name without what writers differ in (the dot of 阿依古丽·买买提).
    name_key: Redacted<String>,
}

impl NaturalPerson {
    pub(crate) fn parse(
        document_type: DocumentType,
        number: &str,
        name: &str,
        today: NaiveDate,
    ) -> Result<Self, (&'static str, IdentifierError)> {
        let number =
            DocumentNumber::parse(document_type, number, today).map_err(|error| ("number", error))?;
        let name = PersonName::parse(name).map_err(|error| ("name", error))?;
        Ok(Self {
            document_type,
            identity_key: number.identity_key().into(),
            number: Redacted::from(number.as_str()),
            name_key: Redacted::from(name.matching_key()),
            name: Redacted::from(name.original()),
        })
    }

    /// What the blind index is taken of.
    pub(crate) fn identity_key(&self) -> &str {
        self.identity_key.expose()
    }

    /// The same human being, whatever they are called by now.
    pub(crate) fn is_same_person(&self, other: &Self) -> bool {
        self.identity_key == other.identity_key
    }

    /// The registry's test of identity: document and name.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.is_same_person(other) && self.name_key == other.name_key
    }

    /// 张* or 张*丰
    pub(crate) fn masked_name(&self) -> String {
        mask_name(self.name.expose())
    }

    /// `640101********0015`
    pub(crate) fn masked_number(&self) -> String {
        mask_document(self.number.expose())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn today() -> NaiveDate {
        "2026-03-01".parse().unwrap()
    }

    pub(crate) fn zhang_san() -> NaturalPerson {
        NaturalPerson::parse(DocumentType::ResidentId, "640101199003070015", "张三", today()).unwrap()
    }

    #[test]
    fn resident_and_temporary_card_are_one_person() {
        let temporary =
            NaturalPerson::parse(DocumentType::TemporaryResidentId, "640101199003070015", "张三", today());
        assert!(zhang_san().matches(&temporary.unwrap()));
    }

    #[test]
    fn another_name_is_the_same_person_but_no_match() {
        let renamed = NaturalPerson::parse(DocumentType::ResidentId, "640101199003070015", "张四", today());
        let renamed = renamed.unwrap();
        assert!(zhang_san().is_same_person(&renamed) && !zhang_san().matches(&renamed));
    }

    #[test]
    fn dots_of_names_do_not_matter_and_nothing_is_printed() {
        let with = |name| {
            NaturalPerson::parse(DocumentType::ResidentId, "640101199003070015", name, today()).unwrap()
        };
        let (one, two) = (with("阿依古丽·买买提"), with("阿依古丽•买买提"));
        assert!(one.matches(&two));
        assert_eq!(two.name.expose(), "阿依古丽•买买提");
        assert!(!format!("{one:?}").contains("阿依") && !format!("{one:?}").contains("640101"));
    }

    #[test]
    fn the_field_at_fault_is_named() {
        let fault = |number, name| {
            NaturalPerson::parse(DocumentType::ResidentId, number, name, today()).unwrap_err().0
        };
        assert_eq!(fault("640101199003070016", "张三"), "number");
        assert_eq!(fault("640101199003070015", ""), "name");
    }
}
