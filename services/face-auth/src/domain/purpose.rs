//! What a face session is for.

use serde::{Deserialize, Serialize};

/// A result serves the purpose its session was opened for, and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// 实名采集.
    Collection,
    /// A sensitive act in a session.
    StepUp,
}

impl Purpose {
    /// The form columns and audit rows use.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::StepUp => "step_up",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        [Self::Collection, Self::StepUp].into_iter().find(|purpose| purpose.as_str() == text)
    }
}
