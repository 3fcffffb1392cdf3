//! What looked like an attack, for operators and for the person concerned.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::{FaceSessionId, PersonId};
use uuid::Uuid;

use super::liveness::AttackType;
use super::purpose::Purpose;

/// One capture that looked like an attack.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RiskEvent {
    pub(crate) risk_event_id: Uuid,
    pub(crate) occur_time: DateTime<Utc>,
    pub(crate) kind: AttackType,
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) purpose: Purpose,
    pub(crate) subject_id: Uuid,
    /// Tells identities apart, and nothing else.
    pub(crate) identity: String,
    /// The same for devices; empty when none was told.
    pub(crate) device: String,
    /// What was measured.
    pub(crate) measures: BTreeMap<String, f32>,
}

/// What others are told of it: written to the outbox as JSON, turned into the wire's form by the sink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) occur_time: DateTime<Utc>,
    pub(crate) messages: Vec<MessageDraft>,
}

/// A message before its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MessageDraft {
    pub(crate) person_id: PersonId,
    pub(crate) template: String,
}

impl RiskEvent {
    /// Tells the person, where there is one: a collection's subject isn't collected yet.
    pub(crate) fn notice(&self) -> Notice {
        let messages = match self.purpose {
            Purpose::StepUp => {
                vec![MessageDraft {
                    person_id: self.subject_id.into(),
                    template: "FACE_ATTACK_SUSPECTED".into(),
                }]
            }
            Purpose::Collection => Vec::new(),
        };
        Notice { occur_time: self.occur_time, messages }
    }
}
