//! Mobile numbers of mainland China, by a rule that can be replaced when new ranges open.

use std::fmt;
use std::sync::LazyLock;

use regex::RegexSet;
use serde::{Deserialize, Serialize};

use crate::{IdentifierError, fold};

const DEFAULT_PATTERN: &str =
    r"1(?:610\d|740[0-5])\d{6}|1(?:[38]\d|4[57]|[59][0-35-9]|6[25-7]|7[0-35-8])\d{8}";

static DEFAULT: LazyLock<MobileRule> = LazyLock::new(|| {
    // The pattern is fixed and tested; were it broken, no number would pass.
    MobileRule {
        pattern: DEFAULT_PATTERN.to_owned(),
        compiled: anchored(DEFAULT_PATTERN).unwrap_or_default(),
    }
});

/// Which numbers are mobile numbers: a regular expression over the eleven digits. In configuration a plain string.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MobileRule {
    pattern: String,
    compiled: RegexSet,
}

/// A pattern that is no regular expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mobile rule is not a valid regular expression")]
pub struct MobileRuleError;

impl MobileRule {
    /// A rule by a pattern for the whole number.
    pub fn new(pattern: &str) -> Result<Self, MobileRuleError> {
        let compiled = anchored(pattern).map_err(|_| MobileRuleError)?;
        Ok(Self { pattern: pattern.to_owned(), compiled })
    }

    fn allows(&self, number: &str) -> bool {
        self.compiled.is_match(number)
    }
}

fn anchored(pattern: &str) -> Result<RegexSet, regex::Error> {
    RegexSet::new([format!("^(?:{pattern})$")])
}

impl Default for MobileRule {
    /// The ranges in use when this was written.
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl TryFrom<String> for MobileRule {
    type Error = MobileRuleError;

    fn try_from(pattern: String) -> Result<Self, Self::Error> {
        Self::new(&pattern)
    }
}

impl From<MobileRule> for String {
    fn from(rule: MobileRule) -> Self {
        rule.pattern
    }
}

impl fmt::Debug for MobileRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MobileRule").field(&self.pattern).finish()
    }
}

impl PartialEq for MobileRule {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for MobileRule {}

/// Eleven digits. Prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mobile(String);

impl Mobile {
    /// Reads a number by the default rule.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        Self::parse_with(&DEFAULT, text)
    }

    /// Reads a number by `rule`. `+86`, `0086`, spaces and dashes are accepted.
    pub fn parse_with(rule: &MobileRule, text: &str) -> Result<Self, IdentifierError> {
        Self::parse_taken(text).and_then(|mobile| {
            if rule.allows(&mobile.0) { Ok(mobile) } else { Err(IdentifierError::MobileFormat) }
        })
    }

    /// Reads a number that was taken before, by whatever rule was in force: any eleven digits. Only where a person gives a number does a
    /// rule decide; everybody after that, in this service or another, has to live with the answer.
    pub fn parse_taken(text: &str) -> Result<Self, IdentifierError> {
        let folded = fold::code(text);
        let bare = ["+86", "0086"].iter().find_map(|prefix| folded.strip_prefix(prefix)).unwrap_or(&folded);
        let number: String = bare.chars().filter(|c| !is_dash(*c)).collect();
        if number.len() == 11 && number.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(number))
        } else {
            Err(IdentifierError::MobileFormat)
        }
    }

    /// Eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `138****8000`
    pub fn masked(&self) -> String {
        crate::mask_mobile(&self.0)
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mobile([redacted])")
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_people_write_a_number() {
        for text in [
            "13800138000",
            "+86 138-0013-8000",
            "0086 13800138000",
            "１３８００１３８０００",
            "138 0013—8000",
        ] {
            assert_eq!(Mobile::parse(text).unwrap().as_str(), "13800138000", "{text}");
        }
    }

    #[test]
    fn the_default_rule_knows_the_ranges() {
        for text in ["16100000000", "17405000000", "19900000000", "14700000000", "16600000000", "17800000000"]
        {
            assert!(Mobile::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "12800138000",
            "17406000000",
            "15400000000",
            "1380013800",
            "138001380000",
            "86 13800138000x",
            "手机",
        ] {
            assert_eq!(Mobile::parse(text), Err(IdentifierError::MobileFormat), "{text}");
        }
    }

    #[test]
    fn a_rule_covers_the_whole_number_and_can_be_configured() {
        let rule: MobileRule = serde_json::from_str(r#""19\\d{9}|12345678901""#).unwrap();
        assert!(Mobile::parse_with(&rule, "12345678901").is_ok());
        assert!(Mobile::parse_with(&rule, "13800138000").is_err());
        assert!(Mobile::parse_with(&MobileRule::new("138").unwrap(), "13800138000").is_err());
        assert!(MobileRule::new("(").is_err());
        let anything = MobileRule::new(".*").unwrap();
        let odd = Mobile::parse_with(&anything, "02345678901").unwrap();
        assert_eq!(Mobile::parse_taken(odd.as_str()), Ok(odd), "what a rule took stays readable");
        assert_eq!(MobileRule::new(DEFAULT_PATTERN).unwrap(), MobileRule::default());
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", Mobile::parse("13800138000").unwrap()), "Mobile([redacted])");
    }
}
