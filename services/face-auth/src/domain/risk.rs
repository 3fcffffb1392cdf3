//! What looked like an attack, for operators and for the person concerned.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shiming_kernel::{FaceSessionId, Notice, Params};
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

impl RiskEvent {
    /// Tells the person, where there is one: a collection's subject isn't collected yet.
    pub(crate) fn notice(&self) -> Notice {
        let notice = Notice::at(self.occur_time);
        match self.purpose {
            Purpose::StepUp => notice.telling(self.subject_id.into(), "FACE_ATTACK_SUSPECTED", Params::new()),
            Purpose::Collection => notice,
        }
    }
}
