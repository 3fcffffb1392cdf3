//! What messaging calls: the providers of text messages.

pub(crate) mod sms;
