//! A natural person as a document names them: of the registry, or of the identity service.

use serde::{Deserialize, Serialize};
use shiming_identifiers::{DocumentType, Identity, mask_document, mask_name};
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

impl From<Identity> for NaturalPerson {
    fn from(read: Identity) -> Self {
        Self {
            document_type: read.document_type(),
            identity_key: read.key().into(),
            number: Redacted::from(read.document.as_str()),
            name_key: Redacted::from(read.name.matching_key()),
            name: Redacted::from(read.name.original()),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use chrono::NaiveDate;

    use super::*;

    pub(crate) fn today() -> NaiveDate {
        "2026-03-01".parse().unwrap()
    }

    pub(crate) fn person(document_type: DocumentType, number: &str, name: &str) -> NaturalPerson {
        Identity::parse(document_type, number, name, today(), "person").unwrap().into()
    }

    pub(crate) fn zhang_san() -> NaturalPerson {
        person(DocumentType::ResidentId, "640101199003070015", "张三")
    }

    #[test]
    fn resident_and_temporary_card_are_one_person() {
        let temporary = person(DocumentType::TemporaryResidentId, "640101199003070015", "张三");
        assert!(zhang_san().matches(&temporary));
    }

    #[test]
    fn another_name_is_the_same_person_but_no_match() {
        let renamed = person(DocumentType::ResidentId, "640101199003070015", "张四");
        assert!(zhang_san().is_same_person(&renamed) && !zhang_san().matches(&renamed));
    }

    #[test]
    fn dots_of_names_do_not_matter_and_nothing_is_printed() {
        let with = |name| person(DocumentType::ResidentId, "640101199003070015", name);
        let (one, two) = (with("阿依古丽·买买提"), with("阿依古丽•买买提"));
        assert!(one.matches(&two));
        assert_eq!(two.name.expose(), "阿依古丽•买买提");
        assert!(!format!("{one:?}").contains("阿依") && !format!("{one:?}").contains("640101"));
    }
}
