//! What a face session is and what it proves. Pure: knows neither wire nor store.

mod attempts;
mod calendar;
mod capture;
mod consent;
mod identity;
mod liveness;
mod purpose;
mod refusal;
mod session;
mod verdict;

pub(crate) use attempts::{AttemptRules, Attempts};
pub(crate) use calendar::{china_date, rest_of_china_day};
pub(crate) use capture::{CaptureLimits, Frames, NotAFrame, why_unusable};
pub(crate) use consent::Consent;
pub(crate) use identity::{IdentityKeys, KnownPerson};
pub(crate) use liveness::Liveness;
pub(crate) use purpose::Purpose;
pub(crate) use refusal::Refusal;
pub(crate) use session::{Capture, FaceSession, Outcome};
pub(crate) use verdict::{SamePerson, Verdict};
