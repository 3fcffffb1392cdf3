//! What tests across processes share: the processes themselves, a browser without a screen, the journey of two people.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test can't do without ends the test")]

mod browser;
mod grpcurl;
mod journey;
mod photos;
mod process;
mod sms_cloud;
mod world;

pub use browser::{Answer, Browser};
pub use grpcurl::Grpcurl;
pub use journey::{Citizen, ENTERPRISE, Journey};
pub use photos::Photos;
pub use process::Process;
pub use world::{Part, World};
