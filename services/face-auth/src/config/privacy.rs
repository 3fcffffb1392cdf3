//! What people agreed to, what is kept of their faces and for how long.

use serde::Deserialize;
use shiming_runtime::config::DurationText;

/// `[consent]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentConfig {
    /// The texts on whose consent a face may be checked: the one in force, and while a new one rolls out the one before.
    pub accepted: Vec<AcceptedText>,
}

/// A text of identity's that people agree to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedText {
    /// Year and month it came into force.
    pub version: String,
    /// SHA-256 of the text, lower-case hex.
    pub text_sha256: String,
}

/// `[evidence]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceConfig {
    /// Whether the best frontal frame of a passed capture is kept, sealed.
    pub keep: bool,
    /// How long.
    pub retention: DurationText,
}

/// `[face_data]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceDataConfig {
    /// How long a processing record is kept.
    pub records_kept: DurationText,
    /// From how many people on the storing must be registered.
    pub legal_threshold: u64,
    /// From how many people on the log warns.
    pub alarm_threshold: u64,
}

/// The shortest time the law lets processing records be kept (PIPL art. 56).
const LEAST_RECORDS_KEPT_DAYS: u64 = 3 * 365;

impl ConsentConfig {
    pub(super) fn problems(&self) -> Vec<String> {
        let mut broken = Vec::new();
        if self.accepted.is_empty() {
            broken.push("consent.accepted must name at least one text".to_owned());
        }
        for (at, text) in self.accepted.iter().enumerate() {
            if text.version.is_empty() || !is_sha256(&text.text_sha256) {
                broken.push(format!("consent.accepted[{at}] needs a version and the sha256 of a text"));
            }
        }
        broken
    }
}

impl EvidenceConfig {
    pub(super) fn problems(self) -> Vec<String> {
        let wrong = self.keep && self.retention.get().is_zero();
        wrong.then(|| "evidence.retention must not be zero".to_owned()).into_iter().collect()
    }
}

impl FaceDataConfig {
    pub(super) fn problems(self) -> Vec<String> {
        let days = self.records_kept.get().as_secs() / (24 * 60 * 60);
        let checks = [
            (days < LEAST_RECORDS_KEPT_DAYS, "face_data.records_kept must be at least three years"),
            (self.alarm_threshold == 0, "face_data.alarm_threshold must be at least 1"),
            (
                self.alarm_threshold > self.legal_threshold,
                "face_data.alarm_threshold must not be above face_data.legal_threshold",
            ),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, text)| text.to_owned()).collect()
    }
}

/// Lower-case hex of 32 bytes.
fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
