//! The gateway over real sockets: browsers on one side, stand-ins of the services on the other.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends at the first thing that is not as it should be, also in what it is built of"
)]

mod calls;
mod capture;
mod challenge;
mod collection;
mod connect;
mod csrf;
mod demo;
mod documentation;
mod doors;
mod errors;
mod headers;
mod limits;
mod live;
mod login;
mod pages;
mod process;
mod start;
mod telemetry;
mod walk;
mod world;
