//! Face-auth's settings; `config/default.toml` explains each.

mod authority;
mod privacy;
mod rules;

use chrono::NaiveDate;
use serde::Deserialize;
use shiming_face_engine::EngineConfig;
use shiming_identifiers::{DocumentType, Identity};
use shiming_kernel::Redacted;
use shiming_rpc::convert::InvalidField;
use shiming_runtime::config::DurationText;

pub use self::privacy::{AcceptedText, ConsentConfig, EvidenceConfig, FaceDataConfig};

pub use authority::{
    AuthorityConfig, BreakerConfig, Codes, ExternalConfig, ProviderName, TencentConfig, WeChatConfig,
};

/// What face-auth can be told beside what every service can.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Models and workers.
    pub engine: EngineConfig,
    /// Who compares faces.
    pub authority: AuthorityConfig,
    /// How much is taken, how often, how long.
    pub limits: LimitsConfig,
    /// What a living person is asked to do.
    pub liveness: LivenessConfig,
    /// The texts people agree to.
    pub consent: ConsentConfig,
    /// Pictures kept of passed captures.
    pub evidence: EvidenceConfig,
    /// Processing records and the number of people.
    pub face_data: FaceDataConfig,
    /// The demo authority; absent outside the embedded mode.
    #[serde(default)]
    pub demo: Option<DemoConfig>,
}

/// `[liveness]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LivenessConfig {
    /// Fewest actions of a challenge.
    pub fewest_actions: usize,
    /// Most actions of a challenge.
    pub most_actions: usize,
    /// From the challenge to the last frame.
    pub challenge_life: DurationText,
    /// Frames that a page takes of each step.
    pub frames_per_step: u32,
    /// How long a step takes.
    pub step_time: DurationText,
}

/// `[limits]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Refused faces of one identity on one day.
    pub attempts_per_day: u32,
    /// Captures of one identity on one day that look like attacks.
    pub attacks_per_day: u32,
    /// Challenges of one identity on one day that aren't answered.
    pub incomplete_per_day: u32,
    /// Judged captures of one identity on one day that don't count as attempts.
    pub free_tries_per_day: u32,
    /// The same of one device, over all identities.
    pub device: DeviceLimitsConfig,
    /// From opening a session to its last capture.
    pub session_life: DurationText,
    /// From passing to redeeming.
    pub result_life: DurationText,
    /// Frames of one capture.
    pub frames: usize,
    /// Bytes of one capture's frames together.
    pub capture_bytes: usize,
    /// Captures on their way in at once.
    pub arriving_at_once: usize,
    /// Bytes of all captures in memory at once.
    pub arriving_bytes: usize,
    /// Captures judged at once.
    pub captures_at_once: usize,
    /// How long the engine may take over one capture.
    pub judge_timeout: DurationText,
    /// Rows of one import that are measured at once.
    pub imports_at_once: usize,
}

/// `[limits.device]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceLimitsConfig {
    /// Refused faces.
    pub attempts_per_day: u32,
    /// Captures that look like attacks.
    pub attacks_per_day: u32,
    /// Challenges that aren't answered.
    pub incomplete_per_day: u32,
    /// Judged captures that don't count as attempts.
    pub free_tries_per_day: u32,
}

/// `[demo]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoConfig {
    /// Whose reference photo anybody may set from the page.
    pub citizens: Vec<DemoCitizen>,
}

/// A citizen who doesn't exist.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoCitizen {
    /// Name on the document.
    pub name: Redacted<String>,
    /// Type of the document; only those with a photo to compare, `resident_id`.
    pub document_type: DocumentType,
    /// Number of the document.
    pub document_number: Redacted<String>,
}

impl DemoCitizen {
    pub(crate) fn person(&self) -> Result<Identity, InvalidField> {
        // Whether a made-up citizen is born yet is no concern of anybody's.
        let (number, name) = (self.document_number.expose(), self.name.expose());
        Identity::parse(self.document_type, number, name, NaiveDate::MAX, "document")
            .map_err(InvalidField::all)
    }
}

impl LimitsConfig {
    fn problems(&self) -> Vec<String> {
        let zero = |length: DurationText| length.get().is_zero();
        let checks = [
            (self.attempts_per_day == 0, "limits.attempts_per_day must be at least 1"),
            (self.attacks_per_day == 0, "limits.attacks_per_day must be at least 1"),
            (self.incomplete_per_day == 0, "limits.incomplete_per_day must be at least 1"),
            (self.free_tries_per_day == 0, "limits.free_tries_per_day must be at least 1"),
            (self.device.is_closed(), "every limit of limits.device must be at least 1"),
            (zero(self.session_life), "limits.session_life must not be zero"),
            (zero(self.result_life), "limits.result_life must not be zero"),
            (!(8..=100).contains(&self.frames), "limits.frames must be 8 to 100"),
            (self.capture_bytes < 64 * 1024, "limits.capture_bytes must be at least 65536"),
            (
                self.arriving_at_once < self.captures_at_once,
                "limits.arriving_at_once must not be below captures_at_once",
            ),
            (
                self.arriving_bytes / 4 < self.capture_bytes,
                "limits.arriving_bytes must hold four whole captures, so that an address's share holds one",
            ),
            (self.captures_at_once == 0, "limits.captures_at_once must be at least 1"),
            (zero(self.judge_timeout), "limits.judge_timeout must not be zero"),
            (self.judge_timeout.get().as_secs() > 30, "limits.judge_timeout must be at most 30s"),
            (self.imports_at_once == 0, "limits.imports_at_once must be at least 1"),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, text)| text.to_owned()).collect()
    }
}

impl DeviceLimitsConfig {
    fn is_closed(&self) -> bool {
        [self.attempts_per_day, self.attacks_per_day, self.incomplete_per_day, self.free_tries_per_day]
            .contains(&0)
    }
}

impl LivenessConfig {
    fn problems(&self, limits: &LimitsConfig) -> Vec<String> {
        let frames = (self.most_actions + 1).saturating_mul(self.frames_per_step as usize);
        let steps =
            self.step_time.get().saturating_mul(u32::try_from(self.most_actions + 1).unwrap_or(u32::MAX));
        let checks = [
            (self.fewest_actions == 0, "liveness.fewest_actions must be at least 1"),
            (
                self.most_actions < self.fewest_actions,
                "liveness.most_actions must not be below fewest_actions",
            ),
            (self.most_actions > 5, "liveness.most_actions must be at most 5"),
            (!(4..=20).contains(&self.frames_per_step), "liveness.frames_per_step must be 4 to 20"),
            (self.step_time.get().as_millis() < 1000, "liveness.step_time must be at least 1s"),
            (frames > limits.frames, "limits.frames must hold all steps of a challenge"),
            (
                self.challenge_life.get() < 2 * steps,
                "liveness.challenge_life must be twice as long as its steps",
            ),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, text)| text.to_owned()).collect()
    }
}

impl shiming_service::Settings for Settings {
    fn problems(&self, embedded: bool) -> Vec<String> {
        let mut broken = self.engine.problems();
        broken.extend(self.authority.problems(embedded));
        broken.extend(self.limits.problems());
        broken.extend(self.liveness.problems(&self.limits));
        let frames = (self.liveness.most_actions + 1).saturating_mul(self.liveness.frames_per_step as usize);
        if self.engine.queue < self.limits.captures_at_once.saturating_mul(frames) {
            broken.push("engine.queue must hold the frames of all captures that are judged at once".into());
        }
        broken.extend(self.consent.problems());
        broken.extend(self.evidence.problems());
        broken.extend(self.face_data.problems());
        if let Some(demo) = &self.demo {
            if !embedded {
                broken.push("demo: the demo authority serves only the embedded mode".into());
            }
            for (at, citizen) in demo.citizens.iter().enumerate() {
                if let Err(error) = citizen.person() {
                    broken.push(format!("demo.citizens[{at}]: {error}"));
                } else if !citizen.document_type.supports_face() {
                    broken.push(format!("demo.citizens[{at}]: only resident_id has a face"));
                }
            }
        }
        broken
    }
}
