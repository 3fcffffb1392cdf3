//! The demo authority and the demo phone: there only when the configuration has `[demo]`.

pub(crate) mod clip;
pub(crate) mod reference;
pub(crate) mod sample_photo;
pub(crate) mod sms;
