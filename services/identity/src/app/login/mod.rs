//! `LoginService`.

pub(crate) mod log_in;
pub(crate) mod send_login_code;
