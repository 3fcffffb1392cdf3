//! The receipt of a person's separate consent to face recognition.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::refusal::Refusal;

/// Proves that identity's ledger holds the consent. Kept with the session and named in its audit row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Consent {
    /// The ledger's entry.
    pub(crate) consent_id: Uuid,
    /// Version of the text.
    pub(crate) version: String,
    /// SHA-256 of the text, lower-case hex.
    pub(crate) text_sha256: String,
    /// When the person agreed, if that was told. No part of what makes a repeated request the same.
    #[serde(skip)]
    pub(crate) agree_time: Option<DateTime<Utc>>,
}

/// The texts on whose consent a face may be checked, by version and hash.
#[derive(Clone, Debug)]
pub(crate) struct AcceptedTexts(pub(crate) Vec<(String, String)>);

impl AcceptedTexts {
    /// Refuses a consent to any other text.
    pub(crate) fn admit(&self, consent: &Consent) -> Result<(), Refusal> {
        let is_accepted = |(version, text_sha256): &(String, String)| {
            *version == consent.version && *text_sha256 == consent.text_sha256
        };
        if self.0.iter().any(is_accepted) { Ok(()) } else { Err(Refusal::ConsentRequired) }
    }
}

impl Consent {
    /// Anything missing or malformed is no receipt.
    pub(crate) fn receipt(
        consent_id: &str,
        version: &str,
        text_sha256: &str,
        agree_time: Option<DateTime<Utc>>,
    ) -> Result<Self, Refusal> {
        let is_digest = text_sha256.len() == 64
            && text_sha256.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let consent_id = Uuid::try_parse(consent_id).ok().filter(|id| !id.is_nil());
        match consent_id {
            Some(consent_id) if is_digest && (1..=100).contains(&version.len()) => {
                let (version, text_sha256) = (version.to_owned(), text_sha256.to_owned());
                Ok(Self { consent_id, version, text_sha256, agree_time })
            }
            _ => Err(Refusal::ConsentRequired),
        }
    }

    /// Whether it was given after a withdrawal at `withdraw_time`; one whose time wasn't told was given `now`.
    pub(crate) fn is_later_than(&self, withdraw_time: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.agree_time.unwrap_or(now) > withdraw_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_whole_or_none() {
        let id = "01890000-0000-7000-8000-0000000000ab";
        let digest = "0f".repeat(32);
        assert!(Consent::receipt(id, "2026-12", &digest, None).is_ok());
        for (id, version, digest) in [
            ("", "2026-12", digest.as_str()),
            (id, "", &digest),
            (id, "2026-12", ""),
            (id, "2026-12", &digest.to_uppercase()),
            (id, "2026-12", &digest[1..]),
            ("00000000-0000-0000-0000-000000000000", "2026-12", &digest),
        ] {
            assert_eq!(Consent::receipt(id, version, digest, None), Err(Refusal::ConsentRequired));
        }
    }

    #[test]
    fn only_the_texts_in_force_count() {
        let consent = |version: &str, text_sha256: &str| Consent {
            consent_id: Uuid::from_u128(1),
            version: version.into(),
            text_sha256: text_sha256.into(),
            agree_time: None,
        };
        let accepted = AcceptedTexts(vec![("2026-12".into(), "aa".into()), ("2026-11".into(), "bb".into())]);
        assert_eq!(accepted.admit(&consent("2026-12", "aa")), Ok(()));
        assert_eq!(accepted.admit(&consent("2026-11", "bb")), Ok(()), "while the new one rolls out");
        for (version, hash) in [("2026-12", "bb"), ("2026-10", "aa"), ("", "")] {
            assert_eq!(accepted.admit(&consent(version, hash)), Err(Refusal::ConsentRequired));
        }
    }

    #[test]
    fn a_consent_counts_again_only_when_given_after_the_withdrawal() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (withdrawn, now) = (at("2026-12-01T04:00:00Z"), at("2026-12-01T05:00:00Z"));
        let given = |agree_time| {
            let consent = Consent::receipt(
                "01890000-0000-7000-8000-0000000000ab",
                "2026-12",
                &"0f".repeat(32),
                agree_time,
            );
            consent.unwrap().is_later_than(withdrawn, now)
        };
        assert!(given(None) && given(Some(now)));
        assert!(!given(Some(withdrawn)) && !given(Some(at("2026-12-01T03:00:00Z"))));
    }
}
