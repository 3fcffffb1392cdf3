//! A document's number by the rules of its type, and the key that says "the same person".

use std::fmt;

use chrono::NaiveDate;

use crate::document_rules::{self, Facts};
use crate::{DocumentType, IdentifierError, Nationality, Sex, fold};

/// A number that has the form its document demands. Prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DocumentNumber {
    kind: DocumentType,
    number: String,
    facts: Facts,
}

impl DocumentNumber {
    /// Reads `text` as the number of a document of type `kind`; a date of birth in it must not be after `today`.
    pub fn parse(kind: DocumentType, text: &str, today: NaiveDate) -> Result<Self, IdentifierError> {
        let (number, facts) = document_rules::apply(kind, fold::code(text), today)?;
        Ok(Self { kind, number, facts })
    }

    /// The document's type, as it was given.
    pub const fn document_type(&self) -> DocumentType {
        self.kind
    }

    /// The whole number in its one form: half-width, capitals, no spaces.
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// `family:number`: equal for two documents exactly when they name the same person. To be hashed by a blind index, not stored
    /// as it is. A permit of Hong Kong or Macao counts by its first nine characters: the rest is the number of the issue.
    pub fn identity_key(&self) -> String {
        let number = match self.kind {
            DocumentType::HongKongMacaoPermit => self.number.get(..9).unwrap_or(&self.number),
            _ => &self.number,
        };
        format!("{}:{number}", self.kind.family().name())
    }

    /// The date of birth, where the number states it in full.
    pub const fn birth_date(&self) -> Option<NaiveDate> {
        self.facts.birth_date
    }

    /// The sex, where the number states it.
    pub const fn sex(&self) -> Option<Sex> {
        self.facts.sex
    }

    /// The country, where the number of a foreign permanent resident states it.
    pub const fn nationality(&self) -> Option<Nationality> {
        self.facts.nationality
    }

    /// Completed years on `date`, where the number states the birth.
    pub fn age_on(&self, date: NaiveDate) -> Option<u32> {
        Some(date.years_since(self.facts.birth_date?).unwrap_or(0))
    }

    /// False where a check that real documents are known to break does not hold: worth a second look, no ground to refuse.
    pub const fn checksum_ok(&self) -> bool {
        self.facts.checksum_ok
    }

    /// The form that may be shown, e.g. `640101********0015`.
    pub fn masked(&self) -> String {
        crate::mask_document(&self.number)
    }
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentNumber({}, [redacted])", self.kind.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DocumentType as T;

    fn parse(kind: DocumentType, text: &str) -> Result<DocumentNumber, IdentifierError> {
        DocumentNumber::parse(kind, text, "2026-06-01".parse().unwrap())
    }

    fn key(kind: DocumentType, text: &str) -> String {
        parse(kind, text).unwrap().identity_key()
    }

    #[test]
    fn resident_and_temporary_id_are_one_person() {
        assert_eq!(key(T::ResidentId, "11010519491231002x"), "resident:11010519491231002X");
        assert_eq!(
            key(T::TemporaryResidentId, "11010519491231002X"),
            key(T::ResidentId, "11010519491231002X")
        );
    }

    #[test]
    fn a_residence_permit_is_no_resident_id() {
        let mismatch = Err(IdentifierError::DocumentTypeMismatch);
        for (number, own) in [
            ("810000199003070015", T::HongKongMacaoResidencePermit),
            ("820000199003070025", T::HongKongMacaoResidencePermit),
            ("830000199003070035", T::TaiwanResidencePermit),
            ("640101199003070015", T::ResidentId),
        ] {
            for kind in [T::ResidentId, T::HongKongMacaoResidencePermit, T::TaiwanResidencePermit] {
                let parsed = parse(kind, number);
                if kind == own { assert!(parsed.is_ok(), "{number}") } else { assert_eq!(parsed, mismatch) }
            }
        }
    }

    #[test]
    fn permits_of_hong_kong_and_macao_count_by_the_person_not_the_issue() {
        assert_eq!(key(T::HongKongMacaoPermit, "h1234567801"), "hong-kong-macao-permit:H12345678");
        assert_eq!(key(T::HongKongMacaoPermit, "H1234567802"), key(T::HongKongMacaoPermit, "H12345678"));
        assert_ne!(key(T::HongKongMacaoPermit, "M12345678"), key(T::HongKongMacaoPermit, "H12345678"));
        assert_eq!(parse(T::HongKongMacaoPermit, "H1234567801").unwrap().as_str(), "H1234567801");
    }

    #[test]
    fn forms_that_are_accepted() {
        for (kind, text, number) in [
            (T::TaiwanPermit, "12345678", "12345678"),
            (T::TaiwanPermit, "0123456789（B）", "0123456789B"),
            (T::ForeignPassport, "e 1234", "E1234"),
            (T::ChinesePassport, "EA1234567", "EA1234567"),
            (T::MilitaryOfficer, "军字第2001988号", "军字第2001988号"),
        ] {
            assert_eq!(parse(kind, text).unwrap().as_str(), number);
        }
    }

    #[test]
    fn forms_that_are_refused() {
        for (kind, text) in [
            (T::HongKongMacaoPermit, "A12345678"),
            (T::HongKongMacaoPermit, "H123456789"),
            (T::HongKongMacaoPermit, ""),
            (T::TaiwanPermit, "1234567"),
            (T::TaiwanPermit, "0123456789"),
            (T::ForeignPassport, "E123"),
            (T::ForeignPassport, "E12345678901234567"),
            (T::ForeignPassport, "护照12345"),
            (T::ForeignPermanentResidentId, "CA1110081080310"),
            (T::ForeignPermanentResidentId, "811124198108030024"),
            (T::Soldier, "士"),
            (T::Soldier, "<script>"),
        ] {
            assert_eq!(parse(kind, text), Err(IdentifierError::DocumentFormat), "{kind:?} {text}");
        }
    }

    #[test]
    fn a_permanent_resident_of_2023_tells_country_birth_and_sex() {
        let canadian = parse(T::ForeignPermanentResidentId, "911124198108030024").unwrap();
        assert_eq!(canadian.nationality().map(Nationality::name), Some("加拿大"));
        assert_eq!(canadian.sex(), Some(Sex::Female));
        assert_eq!(canadian.birth_date(), Some("1981-08-03".parse().unwrap()));
        assert_eq!(canadian.age_on("2026-08-02".parse().unwrap()), Some(44));
        for (text, error) in [
            ("911124198108030025", IdentifierError::IdChecksum),
            ("999124198108030024", IdentifierError::IdRegion),
            ("911124198113030024", IdentifierError::IdDate),
            ("91112419810803002A", IdentifierError::IdCharacter),
        ] {
            assert_eq!(parse(T::ForeignPermanentResidentId, text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_broken_check_of_2017_is_reported_and_not_refused() {
        let whole = parse(T::ForeignPermanentResidentId, "CAN110081080310").unwrap();
        assert!(whole.checksum_ok());
        assert_eq!(whole.nationality().map(Nationality::alpha2), Some("CA"));
        assert!(!parse(T::ForeignPermanentResidentId, "CAN110081080311").unwrap().checksum_ok());
    }

    #[test]
    fn debug_tells_the_type_only() {
        let number = parse(T::ResidentId, "640101199003070015").unwrap();
        assert_eq!(format!("{number:?}"), "DocumentNumber(resident_id, [redacted])");
        assert_eq!(number.masked(), "640101********0015");
    }
}
