//! Messaging behind its real layers, on both databases.

#![expect(clippy::unwrap_used, reason = "tests")]

mod events;
mod inbox;
mod sms;
mod stand;
