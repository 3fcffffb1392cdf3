//! What is wrong with a configuration, for the operator who reads it at start.

use std::fmt;

use figment::error::Kind;

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Dotted key, e.g. `store.url`; empty when a whole layer could not be read.
    pub key: String,
    /// What is wrong, without the value.
    pub what: String,
    /// The layer the value came from, e.g. `TOML file /etc/shiming/identity.toml`.
    pub origin: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.what)?;
        match &self.origin {
            Some(origin) => write!(f, " (from {origin})"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration is refused:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

/// Says what figment found without repeating the value it found.
pub(super) fn describe(kind: &Kind) -> String {
    match kind {
        Kind::Message(text) => text.clone(),
        Kind::InvalidType(_, expected) => format!("wrong type, expected {expected}"),
        Kind::InvalidValue(_, expected) => format!("wrong value, expected {expected}"),
        Kind::InvalidLength(length, expected) => format!("wrong length {length}, expected {expected}"),
        Kind::UnknownVariant(_, known) => format!("unknown choice, expected one of {}", known.join(", ")),
        Kind::UnknownField(_, known) => format!("unknown key, expected one of {}", known.join(", ")),
        Kind::MissingField(_) => "missing".to_owned(),
        Kind::DuplicateField(_) => "given twice".to_owned(),
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => "number out of range".to_owned(),
        Kind::Unsupported(_) => "unsupported kind of value".to_owned(),
        Kind::UnsupportedKey(_, expected) => format!("unsupported key, expected {expected}"),
    }
}
