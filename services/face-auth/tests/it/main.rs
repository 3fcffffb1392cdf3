//! Face-auth from the outside: its engine on real photos, and its service behind the real layers on both databases.

#![expect(clippy::unwrap_used, reason = "tests")]

mod attacks;
mod authority;
mod captures;
mod challenges;
mod engine;
mod erasure;
mod face_data;
mod face_limits;
mod film;
mod hosted;
mod limits;
mod living;
mod logs;
mod pictures;
mod providers;
mod restarts;
mod results;
mod risk_events;
mod sessions;
mod stand;
