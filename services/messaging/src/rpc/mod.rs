//! The contract's services on top of the use cases: read, call, convert. The only place that names a tonic status.

mod convert;
mod demo_sms;
mod event;
mod inbox;
mod sms;

pub(crate) use demo_sms::DemoSmsApi;
pub(crate) use event::EventApi;
pub(crate) use inbox::InboxApi;
pub(crate) use sms::SmsApi;
