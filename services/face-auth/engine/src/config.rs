//! What an operator may set about the engine.

use std::path::PathBuf;

use serde::Deserialize;

/// Settings of the engine; every key has a default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineConfig {
    /// Directory that holds the pack's files.
    pub models: PathBuf,
    /// Manifest of another pack than the built-in one. Unset: the manifest compiled into this binary, so that nobody who
    /// can change the files can change what they are checked against.
    pub manifest: Option<PathBuf>,
    /// Threads that compute, each with its own sessions; `face-eval load` says how much memory one takes. More than the machine's cores gains nothing.
    pub workers: usize,
    /// Pictures that may wait for a worker, each frame of a burst counted; they are held in memory meanwhile. Beyond it callers
    /// are told to come again.
    pub queue: usize,
    /// Bounds a picture must keep before it is decoded.
    pub limits: ImageLimits,
}

/// Bounds checked on the bytes and on the header, before any pixel is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImageLimits {
    /// Largest file, in bytes.
    pub max_bytes: usize,
    /// Largest picture, in pixels (width × height).
    pub max_pixels: u64,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            models: PathBuf::from(".setup/models"),
            manifest: None,
            workers: 2,
            queue: 640,
            limits: ImageLimits::default(),
        }
    }
}

impl Default for ImageLimits {
    fn default() -> Self {
        Self { max_bytes: 8 * 1024 * 1024, max_pixels: 16_000_000 }
    }
}

impl EngineConfig {
    /// What is wrong with the settings, one sentence each; empty when they can be used.
    pub fn problems(&self) -> Vec<String> {
        let checks = [
            (!(1..=64).contains(&self.workers), "engine.workers must be 1 to 64"),
            (!(1..=1024).contains(&self.queue), "engine.queue must be 1 to 1024"),
            (self.limits.max_bytes < 64 * 1024, "engine.limits.max_bytes must be at least 65536"),
            (self.limits.max_pixels < 64 * 64, "engine.limits.max_pixels must be at least 4096"),
            (self.limits.max_pixels > 64_000_000, "engine.limits.max_pixels must be at most 64000000"),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, text)| text.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold() {
        assert_eq!(EngineConfig::default().problems(), Vec::<String>::new());
    }

    #[test]
    fn every_bound_is_named() {
        let config = EngineConfig {
            workers: 0,
            queue: 0,
            limits: ImageLimits { max_bytes: 1, max_pixels: 1 },
            ..EngineConfig::default()
        };
        assert_eq!(config.problems().len(), 4);
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(toml::from_str::<EngineConfig>("worker = 2").is_err());
        assert_eq!(toml::from_str::<EngineConfig>("workers = 1").expect("known key").workers, 1);
    }
}
