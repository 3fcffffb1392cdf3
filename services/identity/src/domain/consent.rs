//! The texts people consent to. Each is a checked-in file; its hash stands here, so that a text can't change without a new version.

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
const OLDEST_TICK: TimeDelta = TimeDelta::hours(1);
/// How far ahead of ours the clock of whoever tells it may be.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(1);

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

    /// When this very text was ticked, as told or else now; `None` when it was not, or not for what is asked now: a tick of long ago, or one
    /// that was withdrawn since.
    pub(crate) fn given_at(
        &self,
        given: Option<&ConsentGiven>,
        withdrawn: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let given = given?;
        let is_this = given.version == self.version && given.text_sha256 == self.text_sha256;
        let counts = |told: &DateTime<Utc>| {
            let is_recent = (now - OLDEST_TICK..=now + CLOCKS_APART).contains(told);
            is_recent && withdrawn.is_none_or(|ended| *told > ended)
        };
        (is_this && given.agree_time.as_ref().is_none_or(counts))
            .then(|| given.agree_time.unwrap_or(now).min(now))
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

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_crypto::TokenHash;

    fn noon() -> DateTime<Utc> {
        "2026-11-01T04:00:00Z".parse().unwrap()
    }

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
        let at = |given: Option<&ConsentGiven>| text().given_at(given, None, noon());
        assert_eq!(at(Some(&given(text().version, text().text_sha256))), Some(noon()));
        assert_eq!(at(None), None);
        assert_eq!(at(Some(&given("2025-01", text().text_sha256))), None);
        assert_eq!(at(Some(&given(text().version, "00"))), None);
    }

    #[test]
    fn a_tick_counts_when_it_was_made_now_and_not_withdrawn_since() {
        let now = noon();
        let at = |agree_time, withdrawn| {
            let given = given(text().version, text().text_sha256);
            text().given_at(Some(&ConsentGiven { agree_time: Some(agree_time), ..given }), withdrawn, now)
        };
        let recently = now - TimeDelta::minutes(3);
        assert_eq!(at(recently, None), Some(recently));
        assert_eq!(at(now + TimeDelta::seconds(1), None), Some(now), "clocks differ a little");
        assert_eq!(at(now + TimeDelta::hours(1), None), None);
        assert_eq!(at(now - TimeDelta::days(1), None), None);
        assert_eq!(at(recently, Some(recently)), None);
        assert_eq!(at(recently, Some(now)), None);
        assert_eq!(at(recently, Some(now - TimeDelta::days(1))), Some(recently));
    }
}
