//! What face-auth calls.

pub(crate) mod authority;
mod messaging;

pub(crate) use messaging::MessagingSink;
