//! What the store promises, tested on SQLite and on PostgreSQL by the same functions.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test ends its own tasks")]

mod audit_chain;
mod fixture;
mod outage;
mod relay;
mod repeats;
mod retention;
mod spans;
mod traces;
mod transactions;
