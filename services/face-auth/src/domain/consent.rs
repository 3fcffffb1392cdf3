//! The receipt of a person's separate consent to face recognition.

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
}

impl Consent {
    /// Anything missing or malformed is no receipt.
    pub(crate) fn receipt(consent_id: &str, version: &str, text_sha256: &str) -> Result<Self, Refusal> {
        let is_digest = text_sha256.len() == 64
            && text_sha256.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let consent_id = Uuid::try_parse(consent_id).ok().filter(|id| !id.is_nil());
        match consent_id {
            Some(consent_id) if is_digest && (1..=100).contains(&version.len()) => {
                Ok(Self { consent_id, version: version.to_owned(), text_sha256: text_sha256.to_owned() })
            }
            _ => Err(Refusal::ConsentRequired),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_whole_or_none() {
        let id = "01890000-0000-7000-8000-0000000000ab";
        let digest = "0f".repeat(32);
        assert!(Consent::receipt(id, "2026-11", &digest).is_ok());
        for (id, version, digest) in [
            ("", "2026-11", digest.as_str()),
            (id, "", &digest),
            (id, "2026-11", ""),
            (id, "2026-11", &digest.to_uppercase()),
            (id, "2026-11", &digest[1..]),
            ("00000000-0000-0000-0000-000000000000", "2026-11", &digest),
        ] {
            assert_eq!(Consent::receipt(id, version, digest), Err(Refusal::ConsentRequired));
        }
    }
}
