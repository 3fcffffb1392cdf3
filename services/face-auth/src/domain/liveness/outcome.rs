//! How liveness was judged, as results and columns say it.

use serde::{Deserialize, Serialize};

/// How liveness was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Liveness {
    /// Not at all: results from before there was a challenge.
    NotEvaluated,
    /// The challenge was answered by a living face.
    Live,
    /// A provider's own face check judged it.
    ByProvider,
}

impl Liveness {
    /// The form columns and audit rows use.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotEvaluated => "not_evaluated",
            Self::Live => "live",
            Self::ByProvider => "by_provider",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        [Self::NotEvaluated, Self::Live, Self::ByProvider]
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
    }
}
