//! Layered configuration: checked-in default ← file ← environment.
//!
//! The environment spells a key with its service and `__` between the parts: `SHIMING_IDENTITY__STORE__URL`. Every struct that is
//! loaded carries `#[serde(deny_unknown_fields)]`, so that a misspelt key stops the start instead of being ignored. All complaints
//! are reported at once, each with the key and the layer it came from, and none repeats the value: it may be a secret.

mod duration;
mod error;
mod layers;
mod sections;

pub use duration::DurationText;
pub use error::{ConfigError, Problem};
pub use layers::{Layers, load};
pub use sections::{
    ConnectTls, ListenConfig, LogFormat, PeerConfig, ProcessConfig, ServeTls, TelemetryConfig,
};

/// Rules between values that types can't express.
pub trait Validate {
    /// Every broken rule, as `key: what is wrong`; never with a secret's value.
    fn validate(&self) -> Result<(), Vec<String>>;
}
