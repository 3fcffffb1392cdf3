//! 纳税人识别号: the unified code, and the numbers before it that are still in registers.

use std::fmt;

use crate::{IdentifierError, ResidentId, UnifiedSocialCreditCode, check, fold};

/// What a taxpayer number can be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaxpayerReading {
    /// A unified social credit code.
    UnifiedCode,
    /// 15 characters: region and organisation code.
    LegacyEnterprise,
    /// 15, 17, 18 or 20 characters made of the owner's ID number: personal data.
    SoleProprietor,
}

/// A taxpayer number in its one form. Prints as `[redacted]`, since a sole proprietor's number is an ID number.
///
/// 18 digits can be a unified code and an ID number at once, 15 an enterprise's number and an ID number. Then both readings stand
/// here and the registry's answer decides: look the number up by its text, never by a guess.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TaxpayerId {
    text: String,
    readings: Vec<TaxpayerReading>,
}

impl TaxpayerId {
    /// Reads a unified code or a legacy number of 15, 17, 18 or 20 characters.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = fold::code(text);
        let readings = match text.chars().count() {
            15 => fifteen(&text),
            17 | 20 => proprietor(&text).into_iter().collect(),
            18 => eighteen(&text)?,
            _ => Vec::new(),
        };
        if readings.is_empty() { Err(IdentifierError::TaxpayerIdFormat) } else { Ok(Self { text, readings }) }
    }

    /// The number: half-width, capitals, no spaces.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Every reading that holds, at least one; more than one only for 15 and 18 characters.
    pub fn readings(&self) -> &[TaxpayerReading] {
        &self.readings
    }

    /// The unified code, when the number can be read as one.
    pub fn unified_code(&self) -> Option<UnifiedSocialCreditCode> {
        let readable = self.readings.contains(&TaxpayerReading::UnifiedCode);
        readable.then(|| UnifiedSocialCreditCode::parse(&self.text).ok()).flatten()
    }

    /// False when the only reading is a unified code with a broken check: warn, and let the registry decide.
    pub fn checksum_ok(&self) -> bool {
        self.readings.len() > 1 || self.unified_code().is_none_or(|code| code.checksum_ok())
    }

    /// The form that may be shown: in full for organisations, masked when it may be a person's ID number.
    pub fn masked(&self) -> String {
        if self.readings.contains(&TaxpayerReading::SoleProprietor) {
            crate::mask_document(&self.text)
        } else {
            self.text.clone()
        }
    }
}

impl fmt::Debug for TaxpayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaxpayerId([redacted], {:?})", self.readings)
    }
}

/// Fifteen digits may also be an owner's ID number of the first generation.
fn fifteen(text: &str) -> Vec<TaxpayerReading> {
    let as_id = ResidentId::parse_lookup(text).is_ok().then_some(TaxpayerReading::SoleProprietor);
    legacy_enterprise(text).into_iter().chain(as_id).collect()
}

fn eighteen(text: &str) -> Result<Vec<TaxpayerReading>, IdentifierError> {
    if ResidentId::parse(text).is_err() {
        UnifiedSocialCreditCode::parse(text)?;
        return Ok(vec![TaxpayerReading::UnifiedCode]);
    }
    let as_code = check::closes(text, check::gb32100).then_some(TaxpayerReading::UnifiedCode);
    Ok(as_code.into_iter().chain([TaxpayerReading::SoleProprietor]).collect())
}

fn legacy_enterprise(text: &str) -> Option<TaxpayerReading> {
    let (region, code) = (text.get(..6)?, text.get(6..)?);
    let formed = region.bytes().all(|b| b.is_ascii_digit())
        && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    formed.then_some(TaxpayerReading::LegacyEnterprise)
}

/// An ID number of 15 or 18 characters and two more.
fn proprietor(text: &str) -> Option<TaxpayerReading> {
    let (id, suffix) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let formed = suffix.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    (formed && matches!(id.len(), 15 | 18) && ResidentId::parse_lookup(id).is_ok())
        .then_some(TaxpayerReading::SoleProprietor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use TaxpayerReading::{LegacyEnterprise, SoleProprietor, UnifiedCode};

    fn readings(text: &str) -> Vec<TaxpayerReading> {
        TaxpayerId::parse(text).unwrap().readings().to_vec()
    }

    #[test]
    fn each_form_is_read_as_what_it_is() {
        assert_eq!(readings("91640100MA75000124"), [UnifiedCode]);
        assert_eq!(readings("640101D2143569X"), [LegacyEnterprise]);
        assert_eq!(readings("11010549123100201"), [SoleProprietor]);
        assert_eq!(readings("110105491231002"), [LegacyEnterprise, SoleProprietor]);
        assert_eq!(readings("110105991331002"), [LegacyEnterprise]);
        assert_eq!(readings("11010519491231002X"), [SoleProprietor]);
        assert_eq!(readings("640101199003070015 01"), [SoleProprietor]);
    }

    #[test]
    fn a_number_valid_as_both_keeps_both_readings() {
        let both = (0..1000_u32)
            .flat_map(|n| {
                (1..=12).map(move |month| format!("110101{:04}{month:02}07{:03}", 1950 + n % 50, n))
            })
            .find_map(|body| {
                let id = char::from(check::gb11643(body.as_bytes())?);
                (check::gb32100(body.as_bytes()) == u8::try_from(id).ok()).then(|| format!("{body}{id}"))
            })
            .unwrap();
        assert_eq!(readings(&both), [UnifiedCode, SoleProprietor]);
        assert!(TaxpayerId::parse(&both).unwrap().checksum_ok());
        assert!(TaxpayerId::parse(&both).unwrap().masked().contains('*'));
    }

    #[test]
    fn a_unified_code_with_a_broken_check_is_reported() {
        let broken = TaxpayerId::parse("91640100MA75000125").unwrap();
        assert!(!broken.checksum_ok());
        assert_eq!(broken.masked(), "91640100MA75000125");
        assert!(TaxpayerId::parse("640101D2143569X").unwrap().checksum_ok());
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "1",
            "64010A123456789",
            "64010112345678901",
            "纳税人识别号纳税人识别号纳税人",
            "6401011990030700150!",
        ] {
            assert_eq!(TaxpayerId::parse(text), Err(IdentifierError::TaxpayerIdFormat), "{text}");
        }
        assert_eq!(TaxpayerId::parse("91640100MA75000I24"), Err(IdentifierError::UsccCharacter));
    }

    #[test]
    fn debug_tells_the_readings_only() {
        let id = TaxpayerId::parse("11010519491231002X").unwrap();
        assert_eq!(format!("{id:?}"), "TaxpayerId([redacted], [SoleProprietor])");
    }
}
