//! A face check in a session, before a sensitive act.

pub(crate) mod begin;
pub(crate) mod complete;
