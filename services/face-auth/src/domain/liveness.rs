//! Whether a living person stood before the camera.
//!
//! This version compares faces and says so: [`Liveness::NotEvaluated`], never a score that nobody measured. The place for the
//! judgement is [`Verdict::reach`](super::Verdict::reach): it sees every frame of the capture and gives the outcome beside the
//! similarity; a session's challenge belongs into [`FaceSession`](super::FaceSession), its answer into
//! [`Frames`](super::Frames).

use serde::{Deserialize, Serialize};

/// How liveness was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Liveness {
    /// Not at all.
    NotEvaluated,
}

impl Liveness {
    /// The form columns and audit rows use.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotEvaluated => "not_evaluated",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        (text == Self::NotEvaluated.as_str()).then_some(Self::NotEvaluated)
    }
}
