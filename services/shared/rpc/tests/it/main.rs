//! The real server and the real client, talking over loopback through all their layers.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and ends its own tasks"
)]

mod authorization;
mod client;
mod deadlines;
mod errors;
mod lifecycle;
mod manners;
mod reflection;
mod rig;
mod sessions;
mod shedding;
mod tls;
mod trace;
