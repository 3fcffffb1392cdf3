//! The face engine: from a picture's bytes to a template, and from two templates to a similarity. Pure computation, no
//! transport and no store.
//!
//! bytes → [`decode`] → [`detect`] → [`landmark`] → [`quality`] → [`align`] → [`embed`] → [`Template`]
//!
//! - The nets come from a **model pack** ([`pack`]): a manifest with each file's sha256, preprocessing and thresholds. Nothing
//!   runs from a file that isn't the one the manifest names.
//! - Inference is ONNX Runtime through `ort`, its library loaded at run time from the pack. `rten` would need no library and
//!   was measured at half the speed (58 ms against 30 ms a verification); the sum of the bare inferences is what a
//!   verification is measured by, so the library is worth its file.
//! - All work happens on the engine's own bounded threads ([`pool`]), one set of sessions each: a session runs one inference
//!   at a time, and the async threads never wait for pixels. A full queue is an answer ([`EngineError::Busy`]), not a wait.
//! - A picture that can't be judged is a [`CaptureFault`] with words a person can act on; it is never a low similarity.
//!
//! A frame of a liveness burst takes the same way and comes back as an [`Observation`]: everything that was measured, for the
//! judge of the burst to weigh. The nets that serve this alone are optional in a pack; what is missing shows in
//! [`FaceEngine::capabilities`].

mod align;
mod config;
mod decode;
mod detect;
mod embed;
mod eye;
mod face_engine;
mod fault;
mod geometry;
mod graph;
mod landmark;
mod manifest;
mod observation;
mod observe;
mod occlusion;
mod onnx;
mod pack;
mod passive;
mod pixels;
mod pool;
mod pose;
mod probability;
mod quality;
mod recogniser;
mod runtime;
mod template;
mod thumbnail;
mod weights;

pub use self::config::{EngineConfig, ImageLimits};
#[cfg(feature = "fuzzing")]
pub use self::decode::fuzz_decode;
pub use self::face_engine::{Capabilities, FaceEngine};
pub use self::fault::{CaptureFault, EngineError};
pub use self::manifest::{LivenessThresholds, Thresholds};
pub use self::observation::{
    Eye, Eyes, FaceBox, FacePoint, FacePoints, Observation, ObserveOptions, PassiveScores, Pose,
};
pub use self::pack::{ModelVersion, ModelVersions, PackError};
pub use self::recogniser::InferenceTimes;
pub use self::template::{Template, TemplateError};
pub use self::thumbnail::Thumbnail;
