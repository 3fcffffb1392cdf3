//! A wrapper that keeps personal values out of logs, spans and error texts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value that prints as `[redacted]`; reading it takes a visible [`expose`](Self::expose).
///
/// Serialises as the bare value: what is serialised goes into a sealed column or to an authorised caller, not to a log.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, at a place a reviewer can search for.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, giving up the wrapper.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// Changes the value without taking it out of the wrapper.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Redacted<U> {
        Redacted(change(self.0))
    }
}

impl<T> From<T> for Redacted<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl From<&str> for Redacted<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize, Deserialize, PartialEq)]
    struct Form {
        phone: Redacted<String>,
    }

    #[test]
    fn prints_nothing_of_the_value_even_inside_other_types() {
        let form = Form { phone: "13800138000".into() };
        assert_eq!(format!("{form:?}"), "Form { phone: [redacted] }");
        assert_eq!(format!("{:#?} {}", form.phone, form.phone), "[redacted] [redacted]");
    }

    #[test]
    fn serialises_as_the_bare_value() {
        let json = serde_json::to_string(&Form { phone: "13800138000".into() }).unwrap();
        assert_eq!(json, r#"{"phone":"13800138000"}"#);
        let form: Form = serde_json::from_str(&json).unwrap();
        assert_eq!(form.phone.expose(), "13800138000");
        assert_eq!(form.phone.map(|phone| phone.len()).into_inner(), 11);
    }
}
