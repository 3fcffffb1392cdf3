//! `SmsService`.

pub(crate) mod send_sms;
