//! Types and rules of identity: pure, without wire or store.

pub(crate) mod code;
pub(crate) mod collection;
pub(crate) mod consent;
pub(crate) mod event;
pub(crate) mod person;
pub(crate) mod profile;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod send_log;
pub(crate) mod session;
pub(crate) mod withdrawal;
