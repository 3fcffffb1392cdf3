//! Lengths of time as operators write them.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time written with its unit: `500ms`, `30s`, `5m`, `1h 30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct DurationText(pub Duration);

impl DurationText {
    /// Whole seconds, for defaults.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// The value.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl From<Duration> for DurationText {
    fn from(value: Duration) -> Self {
        Self(value)
    }
}

impl<'de> Deserialize<'de> for DurationText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        humantime::parse_duration(&text)
            .map(Self)
            .map_err(|_| serde::de::Error::custom("expected a length of time with its unit, such as \"30s\""))
    }
}

impl Serialize for DurationText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&humantime::format_duration(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_a_unit_and_prints_what_it_reads() {
        let read = |text: &str| serde_json::from_value::<DurationText>(text.into());
        assert_eq!(read("1m 30s").unwrap(), DurationText::seconds(90));
        assert_eq!(serde_json::to_value(DurationText(Duration::from_millis(500))).unwrap(), "500ms");
        assert!(read("30").is_err());
    }
}
