//! What a cache promises, tested on every implementation by the same functions; and what only a distant one can get wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod outage;
mod suite;
