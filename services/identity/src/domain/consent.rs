//! The texts people consent to. Each is a checked-in file; its hash stands here, so that a text can't change without a new version.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use uuid::Uuid;

/// What personal data is processed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConsentPurpose {
    /// Comparing the face with the authority's reference.
    FaceVerification,
}

impl ConsentPurpose {
    /// The value of the ledger's column.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::FaceVerification => "face_verification",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        (text == Self::FaceVerification.as_str()).then_some(Self::FaceVerification)
    }

    /// Every text there ever was, the one in force first: the ledger names the others.
    const fn texts(self) -> &'static [TextFile] {
        match self {
            Self::FaceVerification => &FACE_VERIFICATION,
        }
    }
}

/// A text, as people see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConsentText {
    pub(crate) purpose: ConsentPurpose,
    /// Year and month it came into force.
    pub(crate) version: &'static str,
    pub(crate) title: &'static str,
    /// Paragraphs separated by newlines.
    pub(crate) text: &'static str,
    /// Lower-case hex SHA-256 of `text`.
    pub(crate) text_sha256: &'static str,
}

/// A checked-in file, its title in the first line.
struct TextFile {
    version: &'static str,
    file: &'static str,
    /// Of what follows the title.
    text_sha256: &'static str,
}

/// A new one also goes into face-auth's `consent.accepted`, before identity shows it.
const FACE_VERIFICATION: [TextFile; 2] = [
    TextFile {
        version: "2026-12",
        file: include_str!("../../consent/face_verification/2026-12.txt"),
        text_sha256: "b79d8aae2ebc98f80d01d57e832516254d0cba4e77e877aaeb2afcec63f47607",
    },
    TextFile {
        version: "2026-11",
        file: include_str!("../../consent/face_verification/2026-11.txt"),
        text_sha256: "0c7e36eb18414ba5552f0b3bb36649bd9e7e6eba38fccf9bd04e58ff3f3d0c4f",
    },
];

/// How far back a tick may lie.
const OLDEST_TICK: Duration = Duration::from_hours(1);

impl ConsentText {
    /// The text in force for a purpose.
    pub(crate) fn in_force(purpose: ConsentPurpose) -> Self {
        match purpose {
            ConsentPurpose::FaceVerification => Self::of(purpose, &FACE_VERIFICATION[0]),
        }
    }

    /// The text of a version, in force or not.
    pub(crate) fn of_version(purpose: ConsentPurpose, version: &str) -> Option<Self> {
        purpose.texts().iter().find(|text| text.version == version).map(|text| Self::of(purpose, text))
    }

    fn of(purpose: ConsentPurpose, text: &TextFile) -> Self {
        let TextFile { version, file, text_sha256 } = *text;
        let (title, text) = file.trim_end().split_once('\n').unwrap_or_default();
        Self { purpose, version, title, text, text_sha256 }
    }

    /// Whether this very text was ticked.
    pub(crate) fn was_given(&self, given: Option<&ConsentGiven>) -> bool {
        given.is_some_and(|given| given.version == self.version && given.text_sha256 == self.text_sha256)
    }
}

/// An entry of the consent ledger.
#[derive(Clone, Debug)]
pub(crate) struct LedgerEntry {
    pub(crate) id: Uuid,
    pub(crate) purpose: ConsentPurpose,
    pub(crate) text_version: String,
    pub(crate) text_sha256: String,
    pub(crate) agree_time: DateTime<Utc>,
    /// When it entered the ledger.
    pub(crate) create_time: DateTime<Utc>,
}

/// Which text a person has ticked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ConsentGiven {
    pub(crate) version: String,
    pub(crate) text_sha256: String,
    pub(crate) agree_time: Option<DateTime<Utc>>,
}

impl ConsentGiven {
    /// When it was ticked: as told if that is plausible, else now.
    pub(crate) fn agreed_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let oldest = now - TimeDelta::from_std(OLDEST_TICK).unwrap_or(TimeDelta::zero());
        self.agree_time.filter(|told| (oldest..=now).contains(told)).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_crypto::TokenHash;

    fn text() -> ConsentText {
        ConsentText::in_force(ConsentPurpose::FaceVerification)
    }

    fn given(version: &str, text_sha256: &str) -> ConsentGiven {
        ConsentGiven { version: version.into(), text_sha256: text_sha256.into(), agree_time: None }
    }

    #[test]
    fn every_hash_is_that_of_its_text() {
        let purpose = ConsentPurpose::FaceVerification;
        for version in purpose.texts().iter().map(|text| text.version) {
            let text = ConsentText::of_version(purpose, version).unwrap();
            let stated: Vec<u8> = (0..64)
                .step_by(2)
                .map(|at| u8::from_str_radix(&text.text_sha256[at..at + 2], 16).unwrap())
                .collect();
            assert_eq!(
                TokenHash::of(text.text).as_bytes(),
                stated.as_slice(),
                "a changed text needs a new file, a new version and a new hash: {version}"
            );
            assert_eq!(text.title, "人脸信息处理同意书");
        }
        assert_eq!(text().version, "2026-12");
        assert!(ConsentText::of_version(purpose, "2025-01").is_none());
    }

    #[test]
    fn only_the_text_in_force_counts() {
        assert!(text().was_given(Some(&given(text().version, text().text_sha256))));
        assert!(!text().was_given(None));
        assert!(!text().was_given(Some(&given("2025-01", text().text_sha256))));
        assert!(!text().was_given(Some(&given(text().version, "00"))));
    }

    #[test]
    fn an_implausible_tick_counts_from_now() {
        let now: DateTime<Utc> = "2026-11-01T04:00:00Z".parse().unwrap();
        let at = |agree_time| ConsentGiven { agree_time: Some(agree_time), ..given("", "") }.agreed_at(now);
        assert_eq!(at(now - TimeDelta::minutes(3)), now - TimeDelta::minutes(3));
        assert_eq!(at(now + TimeDelta::seconds(1)), now);
        assert_eq!(at(now - TimeDelta::days(30)), now);
    }
}
