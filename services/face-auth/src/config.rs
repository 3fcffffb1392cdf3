//! Face-auth's settings; `config/default.toml` explains each.

use chrono::NaiveDate;
use serde::Deserialize;
use shiming_crypto::KeyringConfig;
use shiming_identifiers::{DocumentNumber, DocumentType, IdentifierError, PersonName};
use shiming_kernel::Redacted;
use shiming_runtime::config::{DurationText, ListenConfig, ProcessConfig, TelemetryConfig, Validate};
use shiming_store::StoreConfig;

use crate::domain::KnownPerson;
use crate::engine::EngineConfig;

/// The checked-in defaults.
pub const DEFAULT: &str = include_str!("../config/default.toml");

/// Everything face-auth can be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The process around the service.
    pub process: ProcessConfig,
    /// Logs, traces, metrics.
    pub telemetry: TelemetryConfig,
    /// Sockets and limits.
    pub listen: ListenConfig,
    /// The database.
    pub store: StoreConfig,
    /// The keys of sealed fields.
    pub keyring: KeyringConfig,
    /// Models and workers.
    pub engine: EngineConfig,
    /// How much is taken, how often, how long.
    pub limits: LimitsConfig,
    /// The demo authority; absent outside the embedded mode.
    #[serde(default)]
    pub demo: Option<DemoConfig>,
}

/// `[limits]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Refused faces of one identity on one day.
    pub attempts_per_day: u32,
    /// Judged captures of one identity on one day that don't count as attempts.
    pub free_tries_per_day: u32,
    /// From opening a session to its last capture.
    pub session_life: DurationText,
    /// From passing to redeeming.
    pub result_life: DurationText,
    /// Frames of one capture.
    pub frames: usize,
    /// Bytes of one capture's frames together.
    pub capture_bytes: usize,
    /// Captures held in memory at once.
    pub captures_at_once: usize,
    /// How long the engine may take over one capture.
    pub judge_timeout: DurationText,
    /// What a face must reach.
    pub threshold: Threshold,
    /// Rows of one import that are measured at once.
    pub imports_at_once: usize,
}

/// Which of the model pack's thresholds evidence of level FACE needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Threshold {
    /// The pack's ordinary one.
    Standard,
    /// The pack's higher one: fewer strangers pass, more people must try twice.
    Strict,
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
    pub(crate) fn person(&self) -> Result<KnownPerson, IdentifierError> {
        // Whether a made-up citizen is born yet is no concern of anybody's.
        let number = self.document_number.expose();
        let document = DocumentNumber::parse(self.document_type, number, NaiveDate::MAX)?;
        Ok(KnownPerson { document, name: PersonName::parse(self.name.expose())? })
    }
}

impl LimitsConfig {
    fn problems(&self) -> Vec<String> {
        let zero = |length: DurationText| length.get().is_zero();
        let checks = [
            (self.attempts_per_day == 0, "limits.attempts_per_day must be at least 1"),
            (self.free_tries_per_day == 0, "limits.free_tries_per_day must be at least 1"),
            (zero(self.session_life), "limits.session_life must not be zero"),
            (zero(self.result_life), "limits.result_life must not be zero"),
            (!(1..=12).contains(&self.frames), "limits.frames must be 1 to 12"),
            (self.capture_bytes < 64 * 1024, "limits.capture_bytes must be at least 65536"),
            (self.captures_at_once == 0, "limits.captures_at_once must be at least 1"),
            (zero(self.judge_timeout), "limits.judge_timeout must not be zero"),
            (self.judge_timeout.get().as_secs() > 30, "limits.judge_timeout must be at most 30s"),
            (self.imports_at_once == 0, "limits.imports_at_once must be at least 1"),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, text)| text.to_owned()).collect()
    }
}

impl Validate for Config {
    fn validate(&self) -> Result<(), Vec<String>> {
        let parts = [self.process.validate(), self.telemetry.validate(), self.listen.validate()];
        let mut broken: Vec<String> = parts.into_iter().filter_map(Result::err).flatten().collect();
        broken.extend(self.store.problems());
        broken.extend(self.engine.problems());
        broken.extend(self.limits.problems());
        if let Some(demo) = &self.demo {
            if self.listen.tls.is_some() {
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
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}
