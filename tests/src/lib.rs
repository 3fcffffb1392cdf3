//! What tests across processes share: the processes themselves, a browser without a screen, the journey of two people.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test can't do without ends the test")]

mod browser;
mod face_auth;
mod grpcurl;
mod journey;
mod people;
mod process;
mod sms_cloud;
mod world;

pub use browser::{Answer, Browser, actions};
pub use face_auth::{FaceAuth, FaceAuthAlone};
pub use grpcurl::Grpcurl;
pub use journey::{Citizen, ENTERPRISE, Journey};
pub use people::{Film, Shot, photo};
pub use process::{Build, Process};
pub use world::{Part, World};
