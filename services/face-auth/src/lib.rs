//! Face-auth: face sessions, comparison, authority references, attempt limits.

pub mod engine;
