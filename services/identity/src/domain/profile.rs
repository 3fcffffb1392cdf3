//! The fields of a real-name record that a person fills in, checked against each other and against the document.

use chrono::NaiveDate;
use serde::Serialize;
use shiming_identifiers::{DocumentType, EmailAddress, Ethnicity, Identity, Nationality};
use shiming_kernel::{FieldViolation, Redacted};

const MOST_AUTHORITY: usize = 100;
const MOST_ADDRESS: usize = 200;

/// What a person filled in, as typed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProfileForm {
    pub(crate) email: Redacted<String>,
    pub(crate) nationality: String,
    pub(crate) ethnicity: Redacted<String>,
    pub(crate) birth_date: Redacted<String>,
    pub(crate) valid_from: String,
    pub(crate) valid_until: String,
    pub(crate) long_term: bool,
    pub(crate) issuing_authority: Redacted<String>,
    pub(crate) address: Redacted<String>,
}

/// A checked profile.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) email: Option<EmailAddress>,
    pub(crate) nationality: Nationality,
    pub(crate) ethnicity: Redacted<Ethnicity>,
    pub(crate) birth_date: Redacted<NaiveDate>,
    pub(crate) validity: Validity,
    pub(crate) issuing_authority: Redacted<String>,
    pub(crate) address: Redacted<String>,
}

/// From when until when a document is valid, both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) from: NaiveDate,
    /// Absent: 长期.
    pub(crate) until: Option<NaiveDate>,
}

impl Validity {
    /// Whether the document is valid on `day`.
    pub(crate) fn covers(self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// Why a profile is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ProfileRefusal {
    /// These fields are wrong.
    Fields(Vec<FieldViolation>),
    /// All fields are right, and the document's last day is over.
    DocumentExpired,
}

impl ProfileForm {
    /// Checks every field, so that all that is wrong is said at once; `profile.` stands before the fields' names.
    pub(crate) fn check(&self, identity: &Identity, today: NaiveDate) -> Result<Profile, ProfileRefusal> {
        let mut faults = Faults(Vec::new());
        let email = self.email(&mut faults);
        let nationality = self.nationality(identity, &mut faults);
        let ethnicity = self.ethnicity(&mut faults);
        let birth_date = self.birth_date(identity, today, &mut faults);
        let validity = self.validity(birth_date, today, &mut faults);
        let issuing_authority =
            faults.text("issuing_authority", "签发机关", self.issuing_authority.expose(), MOST_AUTHORITY);
        let address = faults.text("address", "住址", self.address.expose(), MOST_ADDRESS);
        let (Some(nationality), Some(ethnicity), Some(birth_date), Some(validity), true) =
            (nationality, ethnicity, birth_date, validity, faults.0.is_empty())
        else {
            return Err(ProfileRefusal::Fields(faults.0));
        };
        if validity.until.is_some_and(|until| until < today) {
            return Err(ProfileRefusal::DocumentExpired);
        }
        Ok(Profile {
            email,
            nationality,
            ethnicity: ethnicity.into(),
            birth_date: birth_date.into(),
            validity,
            issuing_authority: issuing_authority.into(),
            address: address.into(),
        })
    }

    fn email(&self, faults: &mut Faults) -> Option<EmailAddress> {
        let text = self.email.expose().trim();
        if text.is_empty() {
            return None;
        }
        EmailAddress::parse(text).map_err(|error| faults.0.push(error.violation("profile.email"))).ok()
    }

    fn nationality(&self, identity: &Identity, faults: &mut Faults) -> Option<Nationality> {
        let parsed = Nationality::from_alpha2(&self.nationality);
        let nationality =
            parsed.map_err(|error| faults.0.push(error.violation("profile.nationality"))).ok()?;
        if is_chinese_document(identity.document_type()) && nationality.alpha2() != "CN" {
            faults.add("nationality", "NATIONALITY_MISMATCH", "持居民身份证的，国籍应为中国");
            return None;
        }
        Some(nationality)
    }

    fn ethnicity(&self, faults: &mut Faults) -> Option<Ethnicity> {
        let parsed = Ethnicity::from_code(self.ethnicity.expose());
        parsed.map_err(|error| faults.0.push(error.violation("profile.ethnicity"))).ok()
    }

    fn birth_date(&self, identity: &Identity, today: NaiveDate, faults: &mut Faults) -> Option<NaiveDate> {
        if let (true, Some(stated)) = (self.birth_date.expose().is_empty(), identity.birth_date()) {
            return Some(stated);
        }
        let date = faults.date("birth_date", self.birth_date.expose())?;
        if identity.birth_date().is_some_and(|stated| stated != date) {
            faults.add("birth_date", "BIRTH_DATE_MISMATCH", "出生日期与证件号码不一致");
            return None;
        }
        if date > today {
            faults.add("birth_date", "DATE_IN_FUTURE", "出生日期不能晚于今天");
            return None;
        }
        Some(date)
    }

    fn validity(
        &self,
        birth_date: Option<NaiveDate>,
        today: NaiveDate,
        faults: &mut Faults,
    ) -> Option<Validity> {
        let from = faults.date("valid_from", &self.valid_from);
        let until = match (self.long_term, self.valid_until.is_empty()) {
            (true, true) => Some(None),
            (true, false) => {
                faults.add("valid_until", "NOT_WITH_LONG_TERM", "已选择长期有效，无需填写证件有效期止");
                None
            }
            (false, _) => faults.date("valid_until", &self.valid_until).map(Some),
        };
        let from = from?;
        if from > today {
            faults.add("valid_from", "DATE_IN_FUTURE", "证件有效期起不能晚于今天");
        }
        if birth_date.is_some_and(|born| from < born) {
            faults.add("valid_from", "BEFORE_BIRTH", "证件有效期起不能早于出生日期");
        }
        let until = until?;
        if until.is_some_and(|until| until <= from) {
            faults.add("valid_until", "NOT_AFTER_VALID_FROM", "证件有效期止应晚于证件有效期起");
        }
        Some(Validity { from, until })
    }
}

fn is_chinese_document(kind: DocumentType) -> bool {
    matches!(kind, DocumentType::ResidentId | DocumentType::TemporaryResidentId)
}

struct Faults(Vec<FieldViolation>);

impl Faults {
    fn add(&mut self, field: &str, reason: &'static str, description: impl Into<String>) {
        self.0.push(FieldViolation::new(format!("profile.{field}"), reason, description));
    }

    fn date(&mut self, field: &str, text: &str) -> Option<NaiveDate> {
        if text.is_empty() {
            self.add(field, "REQUIRED", "此项必填");
            return None;
        }
        let date = iso_date(text);
        if date.is_none() {
            self.add(field, "DATE_FORMAT", "日期有误，格式如2026-01-31");
        }
        date
    }

    /// Trimmed text of 1 to `most` characters without control characters; empty when it was refused.
    fn text(&mut self, field: &str, label: &str, text: &str, most: usize) -> String {
        let text = text.trim();
        if text.is_empty() {
            self.add(field, "REQUIRED", format!("请填写{label}"));
        } else if text.chars().count() > most {
            self.add(field, "TOO_LONG", format!("{label}不能超过{most}个字"));
        } else if text.chars().any(char::is_control) {
            self.add(field, "CHARACTER", format!("{label}中含有不允许的字符"));
        } else {
            return text.to_owned();
        }
        String::new()
    }
}

/// `YYYY-MM-DD` and nothing else.
pub(crate) fn iso_date(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if !shaped {
        return None;
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{day, resident};
    use proptest::prelude::*;

    fn form() -> ProfileForm {
        ProfileForm {
            email: "a@x.cn".into(),
            nationality: "CN".into(),
            ethnicity: "03".into(),
            birth_date: "1990-03-07".into(),
            valid_from: "2016-05-01".into(),
            valid_until: "2036-05-01".into(),
            long_term: false,
            issuing_authority: "银川市公安局兴庆区分局".into(),
            address: "宁夏回族自治区银川市兴庆区某街1号".into(),
        }
    }

    fn refused(change: impl FnOnce(&mut ProfileForm)) -> Vec<(String, String)> {
        let mut form = form();
        change(&mut form);
        match form.check(&resident(), day("2026-11-01")) {
            Err(ProfileRefusal::Fields(faults)) => {
                faults.into_iter().map(|fault| (fault.field, fault.reason.into_owned())).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn one(field: &str, reason: &str) -> Vec<(String, String)> {
        vec![(format!("profile.{field}"), reason.to_owned())]
    }

    #[test]
    fn a_whole_form_is_taken() {
        let profile = form().check(&resident(), day("2026-11-01")).unwrap();
        assert_eq!(profile.ethnicity.expose().name(), "回族");
        assert_eq!(profile.birth_date.expose(), &day("1990-03-07"));
        assert!(!format!("{profile:?}").contains("兴庆"));
    }

    #[test]
    fn what_disagrees_with_the_number_is_named() {
        assert_eq!(
            refused(|form| form.birth_date = "1990-03-08".into()),
            one("birth_date", "BIRTH_DATE_MISMATCH")
        );
        assert_eq!(
            refused(|form| form.nationality = "US".into()),
            one("nationality", "NATIONALITY_MISMATCH")
        );
    }

    #[test]
    fn the_number_states_the_birth_date() {
        let mut form = form();
        form.birth_date = "".into();
        let profile = form.check(&resident(), day("2026-11-01")).unwrap();
        assert_eq!(profile.birth_date.expose(), &day("1990-03-07"));
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let faults = refused(|form| {
            form.email = "a@".into();
            form.nationality = "XX".into();
            form.ethnicity = "99".into();
            form.birth_date = "1990-3-7".into();
            form.valid_from = String::new();
            form.valid_until = "2036-02-30".into();
            form.issuing_authority = " ".into();
            form.address = "a\u{7}".into();
        });
        assert_eq!(faults.len(), 8, "{faults:?}");
    }

    #[test]
    fn validity_is_judged_by_its_last_day_and_long_term_has_none() {
        let check = |change: &dyn Fn(&mut ProfileForm)| {
            let mut form = form();
            change(&mut form);
            form.check(&resident(), day("2026-11-01"))
        };
        assert!(check(&|form| form.valid_until = "2026-11-01".into()).is_ok());
        assert_eq!(
            check(&|form| form.valid_until = "2026-10-31".into()).unwrap_err(),
            ProfileRefusal::DocumentExpired
        );
        let long_term = |form: &mut ProfileForm| (form.long_term, form.valid_until) = (true, String::new());
        assert_eq!(check(&long_term).unwrap().validity.until, None);
        assert_eq!(refused(|form| form.long_term = true), one("valid_until", "NOT_WITH_LONG_TERM"));
        assert_eq!(refused(|form| form.valid_until = String::new()), one("valid_until", "REQUIRED"));
        assert_eq!(
            refused(|form| form.valid_until = "2016-05-01".into()),
            one("valid_until", "NOT_AFTER_VALID_FROM")
        );
        assert_eq!(
            refused(|form| form.valid_from = "2026-11-02".into()),
            one("valid_from", "DATE_IN_FUTURE")
        );
        assert_eq!(refused(|form| form.valid_from = "1990-03-06".into()), one("valid_from", "BEFORE_BIRTH"));
    }

    #[test]
    fn rare_characters_survive() {
        let mut form = form();
        form.address = "宁夏\u{2B81A}\u{E000}村".into();
        let profile = form.check(&resident(), day("2026-11-01")).unwrap();
        assert_eq!(profile.address.expose(), "宁夏\u{2B81A}\u{E000}村");
    }

    proptest! {
        #[test]
        fn dates_have_one_spelling(text in "\\PC{0,12}") {
            if let Some(date) = iso_date(&text) {
                prop_assert_eq!(date.to_string(), text);
            }
        }

        #[test]
        fn nothing_typed_makes_it_panic(text in "\\PC{0,300}") {
            let mut form = form();
            form.email = text.as_str().into();
            form.nationality.clone_from(&text);
            form.ethnicity = text.as_str().into();
            form.valid_until.clone_from(&text);
            form.address = text.as_str().into();
            let _ = form.check(&resident(), day("2026-11-01"));
        }
    }
}
