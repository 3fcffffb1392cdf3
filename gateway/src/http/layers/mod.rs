//! What stands around every request; `stack` puts it in order.

mod access_log;
mod headers;
mod shed;
mod time;
mod trace;

pub(crate) use access_log::{Durations, log_access};
pub(crate) use headers::{api_headers, security_headers};
pub(crate) use shed::shed;
pub(crate) use time::{Allowed, in_time};
pub(crate) use trace::trace;
