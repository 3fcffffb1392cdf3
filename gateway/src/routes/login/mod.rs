//! 登录.

pub(crate) mod log_in;
pub(crate) mod log_out;
pub(crate) mod send_code;
