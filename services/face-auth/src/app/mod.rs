//! What face-auth does, one file per use case, in the folder of the contract's service that offers it; what several share stands beside them.

mod admission;
mod arrivals;
pub(crate) mod authority;
mod built_in_authority;
pub(crate) mod demo_authority;
pub(crate) mod face_data;
pub(crate) mod face_limit;
pub(crate) mod face_session;
mod forget;
mod keep_reference;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use shiming_crypto::StatementKey;
use shiming_face_engine::FaceEngine;
use shiming_identifiers::Identity;
use shiming_kernel::IdSource;
use shiming_store::Store;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::clients::authority::Authorities;
use crate::domain::{
    AcceptedTexts, AttemptRules, CaptureLimits, ChallengeRules, LevelThresholds, LivenessRules,
    PeopleThresholds,
};
use crate::store::Vault;

pub(crate) use arrivals::Arrivals;
pub(crate) use authority::get_engine_info::{EngineInfo, get_engine_info, start_engine};
pub(crate) use authority::import_reference::{ReferenceRow, import_reference};
pub(crate) use built_in_authority::BuiltInAuthority;
pub(crate) use demo_authority::set_demo_reference::{SetDemoReference, set_demo_reference};
pub(crate) use face_data::erase_face_data::{EraseFaceData, erase_face_data};
pub(crate) use face_data::get_face_data_statistics::{
    FaceDataStatistics, PeopleWatch, get_face_data_statistics,
};
pub(crate) use face_data::list_processing_records::{ListProcessingRecords, list_processing_records};
pub(crate) use face_data::read_face_evidence::read_face_evidence;
pub(crate) use face_data::verify_erasure_proof::verify_erasure_proof;
pub(crate) use face_limit::face_limits::{ChangeLock, FaceLimits, LockChange, change_lock, get_face_limits};
pub(crate) use face_limit::list_risk_events::list_risk_events;
pub(crate) use face_session::begin_hosted_check::begin_hosted_check;
pub(crate) use face_session::capture::{CaptureHeader, Passed};
pub(crate) use face_session::check_hosted_face::{CheckHostedFace, HostedPassed, check_hosted_face};
pub(crate) use face_session::create_face_session::{CreateFaceSession, OpenedSession, create_face_session};
pub(crate) use face_session::issue_challenge::{IssueChallenge, IssuedChallenge, issue_challenge};
pub(crate) use face_session::redeem_face_result::{RedeemFaceResult, Redeemed, redeem_face_result};
pub(crate) use face_session::submit_capture::{Admission, admit_capture, finish_judgements, submit_capture};
pub(crate) use forget::forget;

/// What the use cases work with.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) ids: IdSource,
    pub(crate) engine: FaceEngine,
    pub(crate) authorities: Authorities,
    /// Signs results and proofs of erasure.
    pub(crate) results: StatementKey,
    pub(crate) rules: Rules,
    pub(crate) privacy: PrivacyRules,
    /// Judgements under way. They end by themselves, not with the call that waits for them: who hangs up before a refusal is counted
    /// would have tried for nothing.
    pub(crate) judgements: TaskTracker,
    /// Captures on their way in.
    pub(crate) arrivals: Arrivals,
    /// A place for each capture that may be judged at once.
    pub(crate) room: Arc<Semaphore>,
    /// Whose references the demo authority sets.
    pub(crate) demo_citizens: Vec<Identity>,
}

/// The numbers the use cases go by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) attempts: AttemptRules,
    pub(crate) device_attempts: AttemptRules,
    pub(crate) capture: CaptureLimits,
    pub(crate) challenge: ChallengeRules,
    pub(crate) liveness: LivenessRules,
    pub(crate) levels: LevelThresholds,
    /// What the pages are told to send.
    pub(crate) frames_per_step: u32,
    pub(crate) step_time: Duration,
    /// From opening to the last capture.
    pub(crate) session_life: TimeDelta,
    /// From passing to redeeming.
    pub(crate) result_life: TimeDelta,
    /// How long the engine may take over one capture.
    pub(crate) judge_timeout: Duration,
    /// Rows of one import that are measured at once.
    pub(crate) imports_at_once: usize,
}

/// What people agreed to, and what is kept for how long.
#[derive(Clone, Debug)]
pub(crate) struct PrivacyRules {
    pub(crate) accepted: AcceptedTexts,
    /// How long a passed capture's picture is kept; `None`: none is.
    pub(crate) evidence_kept: Option<TimeDelta>,
    /// How long a processing record is kept.
    pub(crate) records_kept: TimeDelta,
    pub(crate) people: PeopleThresholds,
}
