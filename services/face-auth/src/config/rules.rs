//! The numbers the use cases go by, as the settings say them.

use anyhow::Context as _;
use chrono::TimeDelta;
use shiming_face_engine::FaceEngine;
use shiming_identifiers::Identity;
use shiming_rpc::convert::InvalidField;
use shiming_runtime::config::DurationText;

use super::{DemoCitizen, LimitsConfig, Settings};
use crate::app::{PrivacyRules, Rules};
use crate::domain::{
    AcceptedTexts, Arriving, AttemptRules, CaptureLimits, ChallengeRules, LevelThresholds, LivenessRules,
    PeopleThresholds,
};

impl Settings {
    pub(crate) fn rules(&self, engine: &FaceEngine) -> anyhow::Result<Rules> {
        let (limits, liveness, pictures) = (&self.limits, &self.liveness, &self.engine.limits);
        let thresholds = engine.thresholds();
        // Without it nobody could pass, and nobody may pass unjudged.
        let looks = engine.liveness_thresholds().context("the face model pack can't judge liveness")?;
        Ok(Rules {
            attempts: AttemptRules {
                not_same_per_day: limits.attempts_per_day,
                attacks_per_day: limits.attacks_per_day,
                incomplete_per_day: limits.incomplete_per_day,
                free_per_day: limits.free_tries_per_day,
            },
            device_attempts: AttemptRules {
                not_same_per_day: limits.device.attempts_per_day,
                attacks_per_day: limits.device.attacks_per_day,
                incomplete_per_day: limits.device.incomplete_per_day,
                free_per_day: limits.device.free_tries_per_day,
            },
            capture: CaptureLimits {
                frames: limits.frames,
                frame_bytes: pictures.max_bytes,
                total_bytes: limits.capture_bytes,
                frame_pixels: pictures.max_pixels,
            },
            challenge: ChallengeRules {
                actions: (liveness.fewest_actions, liveness.most_actions),
                life: delta(liveness.challenge_life),
            },
            liveness: LivenessRules {
                passive: looks.passive,
                clear: looks.clear,
                same_face: thresholds.standard,
            },
            levels: LevelThresholds { face: thresholds.standard, face_strict: thresholds.strict },
            frames_per_step: liveness.frames_per_step,
            step_time: liveness.step_time.get(),
            session_life: delta(limits.session_life),
            result_life: delta(limits.result_life),
            judge_timeout: limits.judge_timeout.get(),
            imports_at_once: limits.imports_at_once,
        })
    }

    pub(crate) fn arriving(&self) -> Arriving {
        let LimitsConfig { arriving_at_once, arriving_bytes, .. } = self.limits;
        Arriving { streams: arriving_at_once, bytes: arriving_bytes, per_device: 2, address_part: 4 }
    }

    pub(crate) fn privacy(&self) -> PrivacyRules {
        let accepted = self.consent.accepted.iter();
        let accepted = accepted.map(|text| (text.version.clone(), text.text_sha256.clone()));
        let Self { evidence, face_data, .. } = self;
        PrivacyRules {
            accepted: AcceptedTexts(accepted.collect()),
            evidence_kept: evidence.keep.then(|| delta(evidence.retention)),
            records_kept: delta(face_data.records_kept),
            people: PeopleThresholds { legal: face_data.legal_threshold, alarm: face_data.alarm_threshold },
        }
    }

    pub(crate) fn demo_citizens(&self) -> Result<Vec<Identity>, InvalidField> {
        self.demo.iter().flat_map(|demo| &demo.citizens).map(DemoCitizen::person).collect()
    }
}

fn delta(length: DurationText) -> TimeDelta {
    TimeDelta::from_std(length.get()).unwrap_or(TimeDelta::MAX)
}
