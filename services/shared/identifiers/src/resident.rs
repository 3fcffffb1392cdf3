//! GB 11643: the citizen's number on the resident ID, the temporary ID and the residence permits.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{IdentifierError, Province, check, fold};

/// As a document states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

impl Sex {
    /// 男 or 女.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }

    pub(crate) const fn of_sequence(last_digit: u8) -> Self {
        if last_digit % 2 == 1 { Self::Male } else { Self::Female }
    }
}

/// A number of GB 11643, 18 characters: `RRRRRR YYYYMMDD SSS C`. Prints as `[redacted]`.
///
/// The form says nothing about the document that bears it: [`crate::DocumentNumber`] knows which prefix belongs to which.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResidentId {
    number: String,
    birth_date: NaiveDate,
    sex: Sex,
}

impl ResidentId {
    /// Reads 18 characters; full-width digits, `x` and spaces are accepted. Knows no present day, hence no future either: use
    /// [`parse_on`](Self::parse_on) for what people enter.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let number = fold::code(text);
        if number.chars().count() != 18 {
            return Err(IdentifierError::IdLength);
        }
        Self::from_code(number)
    }

    /// As [`parse`](Self::parse), and the date of birth must not be after `today`.
    pub fn parse_on(text: &str, today: NaiveDate) -> Result<Self, IdentifierError> {
        let id = Self::parse(text)?;
        if id.birth_date > today { Err(IdentifierError::IdDate) } else { Ok(id) }
    }

    /// As [`parse`](Self::parse), and numbers of the first generation (15 digits) become the 18 of the same person. For lookups
    /// only: nobody holds a valid document with 15 digits any more.
    pub fn parse_lookup(text: &str) -> Result<Self, IdentifierError> {
        let number = fold::code(text);
        if number.chars().count() != 15 {
            return Self::parse(text);
        }
        let (Some(region), Some(rest)) = (number.get(..6), number.get(6..)) else {
            return Err(IdentifierError::IdCharacter);
        };
        let body = format!("{region}19{rest}");
        let closing = check::gb11643(body.as_bytes()).ok_or(IdentifierError::IdCharacter)?;
        Self::from_code(format!("{body}{}", char::from(closing)))
    }

    fn from_code(number: String) -> Result<Self, IdentifierError> {
        let bytes = number.as_bytes();
        let digits = |from: &[u8]| from.iter().all(u8::is_ascii_digit);
        let well_formed = bytes.split_last().is_some_and(|(last, body)| {
            body.len() == 17 && digits(body) && (last.is_ascii_digit() || *last == b'X')
        });
        if !well_formed {
            return Err(IdentifierError::IdCharacter);
        }
        if Province::of_region(&number).is_none() {
            return Err(IdentifierError::IdRegion);
        }
        let birth_date = birth_date(&number[6..14])?;
        if !check::closes(&number, check::gb11643) {
            return Err(IdentifierError::IdChecksum);
        }
        let sex = Sex::of_sequence(bytes[16]);
        Ok(Self { number, birth_date, sex })
    }

    /// The 18 characters, with a capital X.
    pub fn as_str(&self) -> &str {
        &self.number
    }

    /// The date of birth the number states.
    pub const fn birth_date(&self) -> NaiveDate {
        self.birth_date
    }

    /// Odd 17th digit: male.
    pub const fn sex(&self) -> Sex {
        self.sex
    }

    /// Completed years on `date`: 0 before the first birthday and before birth. Born on 29 February: older on 1 March.
    pub fn age_on(&self, date: NaiveDate) -> u32 {
        date.years_since(self.birth_date).unwrap_or(0)
    }

    /// Six digits: the region of first registration.
    pub fn region(&self) -> &str {
        &self.number[..6]
    }

    /// The province of first registration.
    pub fn province(&self) -> Option<Province> {
        Province::of_region(&self.number)
    }

    /// `640101********0015`
    pub fn masked(&self) -> String {
        crate::mask_document(&self.number)
    }
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidentId([redacted])")
    }
}

/// `YYYYMMDD` as a real day. Nobody alive was born before 1800; such a year is a slip of the finger.
pub(crate) fn birth_date(digits: &str) -> Result<NaiveDate, IdentifierError> {
    let part = |range: std::ops::Range<usize>| digits.get(range).and_then(|text| text.parse::<u32>().ok());
    let date = (|| {
        let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    })();
    date.filter(|date| date.year() >= 1800).ok_or(IdentifierError::IdDate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn reason(text: &str) -> &'static str {
        ResidentId::parse_on(text, day("2026-06-01")).unwrap_err().reason()
    }

    #[test]
    fn a_number_tells_birth_sex_and_region() {
        let id = ResidentId::parse("11010519491231002X").unwrap();
        assert_eq!(id.birth_date(), day("1949-12-31"));
        assert_eq!(id.sex(), Sex::Female);
        assert_eq!(id.region(), "110105");
        assert_eq!(id.province().unwrap().name(), "北京");
        assert_eq!(ResidentId::parse("640101199003070015").unwrap().sex().label(), "男");
    }

    #[test]
    fn full_width_small_x_and_spaces_are_accepted() {
        for text in [
            "11010519491231002x",
            " 110105 19491231 002X ",
            "１１０１０５１９４９１２３１００２ｘ",
            "11010519491231002\u{FEFF}X",
        ] {
            assert_eq!(ResidentId::parse(text).unwrap().as_str(), "11010519491231002X");
        }
    }

    #[test]
    fn each_refusal_has_its_reason() {
        for (text, expected) in [
            ("", "ID_LENGTH"),
            ("64010119900307001", "ID_LENGTH"),
            ("110105491231002", "ID_LENGTH"),
            ("6401011990030700A5", "ID_CHARACTER"),
            ("X40101199003070015", "ID_CHARACTER"),
            ("六四〇一〇一一九九〇〇三〇七〇〇一五", "ID_CHARACTER"),
            ("990101199003070015", "ID_REGION"),
            ("110101199002300014", "ID_DATE"),
            ("110101190002290011", "ID_DATE"),
            ("110101209901010017", "ID_DATE"),
            ("110101000101010010", "ID_DATE"),
            ("110105194912310021", "ID_CHECKSUM"),
        ] {
            assert_eq!(reason(text), expected, "{text}");
        }
    }

    #[test]
    fn the_very_old_are_people_too() {
        let body = "11010118800101001";
        let closing = char::from(check::gb11643(body.as_bytes()).unwrap());
        assert!(ResidentId::parse_on(&format!("{body}{closing}"), day("2026-06-01")).is_ok());
    }

    #[test]
    fn both_generations_are_one_person_in_lookups() {
        let second = ResidentId::parse("11010519491231002X").unwrap();
        assert_eq!(ResidentId::parse_lookup("110105491231002"), Ok(second.clone()));
        assert_eq!(ResidentId::parse_lookup("11010519491231002x"), Ok(second));
        assert_eq!(ResidentId::parse_lookup("11010549123100A"), Err(IdentifierError::IdCharacter));
        assert_eq!(ResidentId::parse_lookup("110105491331002"), Err(IdentifierError::IdDate));
        assert_eq!(
            ResidentId::parse_lookup("一二三四五六七八九十一二三四五"),
            Err(IdentifierError::IdCharacter)
        );
    }

    #[test]
    fn age_counts_completed_years() {
        let id = ResidentId::parse("110101200002290018").unwrap();
        for (date, age) in
            [("2000-02-29", 0), ("2014-02-28", 13), ("2014-03-01", 14), ("2016-02-29", 16), ("1999-01-01", 0)]
        {
            assert_eq!(id.age_on(day(date)), age, "{date}");
        }
    }

    #[test]
    fn born_today_is_not_the_future() {
        assert!(ResidentId::parse_on("110101202311012176", day("2023-11-01")).is_ok());
        assert!(ResidentId::parse_on("110101202311012176", day("2023-10-31")).is_err());
    }

    #[test]
    fn debug_tells_nothing() {
        let id = ResidentId::parse("11010519491231002X").unwrap();
        assert_eq!(format!("{id:?}"), "ResidentId([redacted])");
    }
}
