//! The form each document demands of its number. Tested through [`crate::DocumentNumber`].

use chrono::NaiveDate;

use crate::{DocumentType, IdentifierError, Nationality, Province, ResidentId, Sex, check, resident};

/// What a number tells about its holder, as far as its form has room for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    pub(crate) birth_date: Option<NaiveDate>,
    pub(crate) sex: Option<Sex>,
    pub(crate) nationality: Option<Nationality>,
    pub(crate) checksum_ok: bool,
}

const NO_FACTS: Facts = Facts { birth_date: None, sex: None, nationality: None, checksum_ok: true };

pub(crate) type Parsed = Result<(String, Facts), IdentifierError>;

/// Hong Kong, Macao, Taiwan: the first six digits of their residents' residence permits, and of no resident ID.
const RESIDENCE_PREFIXES: [&str; 3] = ["810000", "820000", "830000"];

/// The number in its one form and what it tells, by the rule of its document.
pub(crate) fn apply(kind: DocumentType, number: String, today: NaiveDate) -> Parsed {
    match kind {
        DocumentType::ResidentId | DocumentType::TemporaryResidentId => {
            citizen(&number, today, |prefix| !RESIDENCE_PREFIXES.contains(&prefix))
        }
        DocumentType::HongKongMacaoResidencePermit => {
            citizen(&number, today, |prefix| RESIDENCE_PREFIXES[..2].contains(&prefix))
        }
        DocumentType::TaiwanResidencePermit => {
            citizen(&number, today, |prefix| RESIDENCE_PREFIXES[2..].contains(&prefix))
        }
        DocumentType::HongKongMacaoPermit => hong_kong_macao_permit(number),
        DocumentType::TaiwanPermit => taiwan_permit(&number),
        DocumentType::ForeignPermanentResidentId => foreign_permanent_resident(number, today),
        DocumentType::ForeignPassport | DocumentType::ChinesePassport => passport(number),
        DocumentType::MilitaryOfficer | DocumentType::ArmedPoliceOfficer | DocumentType::Soldier => {
            military(number)
        }
    }
}

fn citizen(number: &str, today: NaiveDate, belongs: impl Fn(&str) -> bool) -> Parsed {
    let id = ResidentId::parse_on(number, today)?;
    if !belongs(id.region()) {
        return Err(IdentifierError::DocumentTypeMismatch);
    }
    let facts = Facts { birth_date: Some(id.birth_date()), sex: Some(id.sex()), ..NO_FACTS };
    Ok((id.as_str().to_owned(), facts))
}

fn hong_kong_macao_permit(number: String) -> Parsed {
    let ok = number.strip_prefix(['H', 'M']).is_some_and(|rest| digits(rest) && matches!(rest.len(), 8 | 10));
    formed(ok, number)
}

/// Eight digits today; ten digits and a letter, often in brackets, on the booklets before 2015.
fn taiwan_permit(number: &str) -> Parsed {
    let number: String = number.chars().filter(|c| !matches!(c, '(' | ')')).collect();
    let legacy = number
        .strip_suffix(|c: char| c.is_ascii_uppercase())
        .is_some_and(|rest| digits(rest) && rest.len() == 10);
    formed(legacy || (digits(&number) && number.len() == 8), number)
}

fn passport(number: String) -> Parsed {
    let ok = (5..=17).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    formed(ok, number)
}

/// No public rule: letters, digits and the Chinese characters of 军字第…号.
fn military(number: String) -> Parsed {
    let ok = (4..=30).contains(&number.chars().count()) && number.chars().all(char::is_alphanumeric);
    formed(ok, number)
}

fn foreign_permanent_resident(number: String, today: NaiveDate) -> Parsed {
    match number.len() {
        18 if number.starts_with('9') => permanent_resident_2023(number, today),
        15 => permanent_resident_2017(number),
        _ => Err(IdentifierError::DocumentFormat),
    }
}

/// `9` province(2) country(3, ISO numeric) YYYYMMDD sequence(3) check.
fn permanent_resident_2023(number: String, today: NaiveDate) -> Parsed {
    let (body, closing) = number.as_bytes().split_at(17);
    if !body.iter().all(u8::is_ascii_digit) || !(closing[0].is_ascii_digit() || closing[0] == b'X') {
        return Err(IdentifierError::IdCharacter);
    }
    if Province::of_region(&number[1..3]).is_none() {
        return Err(IdentifierError::IdRegion);
    }
    let birth_date = resident::birth_date(&number[6..14])?;
    if birth_date > today {
        return Err(IdentifierError::IdDate);
    }
    if !check::closes(&number, check::gb11643) {
        return Err(IdentifierError::IdChecksum);
    }
    let facts = Facts {
        birth_date: Some(birth_date),
        sex: Some(Sex::of_sequence(body[16])),
        nationality: Nationality::from_numeric(&number[3..6]).ok(),
        ..NO_FACTS
    };
    Ok((number, facts))
}

/// Country(3, ISO alpha) and 12 digits, the last a 7-3-1 check that is only reported. The year of birth has no century.
fn permanent_resident_2017(number: String) -> Parsed {
    let country = number.get(..3).filter(|text| text.bytes().all(|b| b.is_ascii_uppercase()));
    let (Some(country), true) = (country, number.get(3..).is_some_and(digits)) else {
        return Err(IdentifierError::DocumentFormat);
    };
    let facts = Facts {
        nationality: Nationality::from_alpha3(country).ok(),
        checksum_ok: check::closes(&number, check::icao9303),
        ..NO_FACTS
    };
    Ok((number, facts))
}

fn formed(ok: bool, number: String) -> Parsed {
    if ok { Ok((number, NO_FACTS)) } else { Err(IdentifierError::DocumentFormat) }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}
