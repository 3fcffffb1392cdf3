//! `FaceSessionService`.

pub(crate) mod admit_consent;
pub(crate) mod begin_hosted_check;
pub(crate) mod capture;
pub(crate) mod check_hosted_face;
pub(crate) mod compare_face;
pub(crate) mod conclude_capture;
pub(crate) mod create_face_session;
pub(crate) mod examine_capture;
pub(crate) mod issue_challenge;
pub(crate) mod judge_capture;
pub(crate) mod record_decision;
pub(crate) mod redeem_face_result;
pub(crate) mod submit_capture;
