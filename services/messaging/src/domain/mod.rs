//! What messages, to-dos and text messages are, apart from any transport or database.

mod sms;
mod template;

pub(crate) use sms::{SmsText, SmsWording};
pub(crate) use template::{Params, Rendered, Template};

/// How many things wait for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Messages not opened yet.
    pub(crate) unread_messages: i32,
    /// To-dos not done yet.
    pub(crate) open_todos: i32,
}
