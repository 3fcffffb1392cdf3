//! What face-auth calls.

pub(crate) mod authority;
