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

pub use browser::{Answer, Browser, actions, address};
pub use face_auth::{FaceAuth, FaceAuthAlone};
pub use grpcurl::Grpcurl;
pub use journey::{
    COMPLETE_COLLECTION_FACE, CONSENT_TEXT, Citizen, DECIDE_APPLICATION, ENTERPRISE, Journey,
    REFRESH_BINDINGS, START_COLLECTION,
};
pub use people::{Film, Shot, photo};
pub use process::{Build, Process, repository};
pub use world::{Part, World};
