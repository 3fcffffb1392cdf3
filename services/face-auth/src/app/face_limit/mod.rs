//! `FaceLimitService`.

pub(crate) mod face_limits;
pub(crate) mod list_risk_events;
