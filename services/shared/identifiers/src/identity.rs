//! Who somebody says they are: a document and the name on it.

use chrono::NaiveDate;
use shiming_kernel::FieldViolation;

use crate::{DocumentNumber, DocumentType, PersonName};

/// A document number in its one spelling and a name, both well-formed. Debug shows neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The number, with the type of the document.
    pub document: DocumentNumber,
    /// As written on the document.
    pub name: PersonName,
}

impl Identity {
    /// Reads what somebody sent; `prefix` names the message in the violations, such as `document`.
    pub fn parse(
        kind: DocumentType,
        number: &str,
        name: &str,
        today: NaiveDate,
        prefix: &str,
    ) -> Result<Self, Vec<FieldViolation>> {
        let document = DocumentNumber::parse(kind, number, today)
            .map_err(|error| error.violation(format!("{prefix}.number")));
        let name = PersonName::parse(name).map_err(|error| error.violation(format!("{prefix}.name")));
        match (document, name) {
            (Ok(document), Ok(name)) => Ok(Self { document, name }),
            (document, name) => Err([document.err(), name.err()].into_iter().flatten().collect()),
        }
    }

    /// The type of the document.
    pub fn document_type(&self) -> DocumentType {
        self.document.document_type()
    }

    /// What two documents of one person share: family and canonical number.
    pub fn key(&self) -> String {
        self.document.identity_key()
    }

    /// The date of birth, where the number states one.
    pub fn birth_date(&self) -> Option<NaiveDate> {
        self.document.birth_date()
    }

    /// Whole years of life on `day`, where the number says.
    pub fn age_on(&self, day: NaiveDate) -> Option<u32> {
        self.document.age_on(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn read(kind: DocumentType, number: &str, name: &str) -> Result<Identity, Vec<FieldViolation>> {
        Identity::parse(kind, number, name, day("2026-11-01"), "document")
    }

    fn resident() -> Identity {
        read(DocumentType::ResidentId, "640101199003070015", "张三").unwrap()
    }

    #[test]
    fn resident_and_temporary_id_are_one_person() {
        let temporary = read(DocumentType::TemporaryResidentId, "640101199003070015", "张三");
        assert_eq!(temporary.unwrap().key(), resident().key());
    }

    #[test]
    fn both_faults_are_named_at_once_and_never_repeat_the_value() {
        let violations = read(DocumentType::ResidentId, "640101199003070016", "").unwrap_err();
        let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["document.number", "document.name"]);
        assert!(!format!("{violations:?}").contains("6401"));
    }

    #[test]
    fn the_number_tells_the_age() {
        assert_eq!(resident().age_on(day("2026-03-06")), Some(35));
        assert_eq!(resident().age_on(day("2026-03-07")), Some(36));
        assert!(!format!("{:?}", resident()).contains("张三"));
    }
}
