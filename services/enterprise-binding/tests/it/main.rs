//! Enterprise-binding behind its real layers, on both databases, with stand-ins for identity and messaging on the wire.

#![expect(clippy::unwrap_used, reason = "tests")]

mod applications;
mod decisions;
mod events;
mod expiry;
mod house;
mod idempotency;
mod lookups;
mod neighbours;
mod refreshing;
mod registry;
mod secrecy;
mod switching;
