//! What a face session is and what it proves. Pure: knows neither wire nor store.

mod attempts;
mod authority;
mod capture;
mod challenge;
mod consent;
mod erasure;
mod evidence;
mod identity;
mod liveness;
mod lock;
mod people_stored;
mod processing;
mod provider_codes;
mod purpose;
mod refusal;
mod risk;
mod session;
mod verdict;

pub(crate) use attempts::{AttemptRules, Attempts, Tried};
pub(crate) use authority::{Provider, ProviderOutcome, Ticket};
pub(crate) use capture::{CaptureLimits, Frame, Frames, NotAFrame};
pub(crate) use challenge::{Action, Challenge, ChallengeRules, draw_actions};
pub(crate) use consent::{AcceptedTexts, Consent};
pub(crate) use erasure::{AuditClaim, ERASURE_KIND, ErasedCounts, Erasure, ErasureClaims};
pub(crate) use evidence::{Evidence, LevelThresholds};
pub(crate) use identity::{IdentityKeys, KnownPerson};
pub(crate) use liveness::{AttackType, Doubt, Live, Liveness, LivenessRules, PASSIVE_FRAMES, Sight, judge};
pub(crate) use lock::{FaceLock, LOCKED_BY_ATTACKS};
pub(crate) use people_stored::{PeopleStored, PeopleThresholds};
pub(crate) use processing::{NewProcessing, ProcessedKind, ProcessingRecord};
pub(crate) use provider_codes::{CodeTable, told_to_browser};
pub(crate) use purpose::Purpose;
pub(crate) use refusal::Refusal;
pub(crate) use risk::RiskEvent;
pub(crate) use session::{Capture, FaceSession, Outcome};
pub(crate) use verdict::Verdict;
