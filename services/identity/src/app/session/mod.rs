//! `SessionService`.

pub(crate) mod log_out;
pub(crate) mod set_session_enterprise;
