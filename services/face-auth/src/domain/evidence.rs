//! How strongly a passed face check backs who somebody is, and the similarity each level needs.

use serde::{Deserialize, Serialize};

/// Ordered: a later one satisfies whoever asks for an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Evidence {
    /// At the ordinary threshold.
    Face,
    /// At the stricter one.
    FaceStrict,
}

impl Evidence {
    /// The form columns and audit rows use.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::FaceStrict => "face_strict",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        [Self::Face, Self::FaceStrict].into_iter().find(|level| level.as_str() == text)
    }
}

/// The smallest similarity of each level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LevelThresholds {
    pub(crate) face: f32,
    pub(crate) face_strict: f32,
}

impl LevelThresholds {
    /// What a face must reach for `level`.
    pub(crate) const fn of(self, level: Evidence) -> f32 {
        match level {
            Evidence::Face => self.face,
            Evidence::FaceStrict => self.face_strict,
        }
    }

    /// The highest level that `similarity` reaches, at least `asked`.
    pub(crate) fn reached(self, asked: Evidence, similarity: f32) -> Evidence {
        if similarity >= self.face_strict { Evidence::FaceStrict } else { asked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_better_match_is_stronger_evidence() {
        let levels = LevelThresholds { face: 0.4, face_strict: 0.5 };
        assert_eq!(levels.reached(Evidence::Face, 0.45), Evidence::Face);
        assert_eq!(levels.reached(Evidence::Face, 0.5), Evidence::FaceStrict);
        assert!(
            levels.of(Evidence::FaceStrict) > levels.of(Evidence::Face)
                && Evidence::Face < Evidence::FaceStrict
        );
        assert_eq!(Evidence::from_column("face_strict"), Some(Evidence::FaceStrict));
        assert_eq!(Evidence::from_column("sms"), None);
    }
}
