//! What face-auth calls.

mod messaging;

pub(crate) use messaging::MessagingSink;
