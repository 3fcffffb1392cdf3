//! What every Shiming process does around its service: read its configuration, tell what it does, start and stop.
//!
//! A service's `main` is `process::run(...)`: it loads nothing itself, so that the order (crypto provider → configuration → tokio
//! runtime → telemetry → service → drain → flush) is written once.

mod breaker;
pub mod config;
mod crypto;
pub mod lifecycle;
mod pace;
pub mod process;
mod room;
pub mod telemetry;

pub use breaker::{BreakerRule, CircuitBreaker, Permit};
pub use crypto::install_crypto_provider;
pub use lifecycle::{Finished, Shutdown};
pub use pace::Pace;
pub use room::{NoRoom, Room, Taken};
