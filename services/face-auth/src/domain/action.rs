//! What a person is asked to do before the camera.

use serde::{Deserialize, Serialize};

/// Something to do before the camera. Left and right are the person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    /// Both eyes, closed and opened again.
    Blink,
    /// Opened wide and closed again.
    OpenMouth,
    /// The head turned to its own left.
    TurnLeft,
    /// The head turned to its own right.
    TurnRight,
    /// The head bowed and raised again.
    Nod,
}

impl Action {
    /// Each of them.
    pub(crate) const ALL: [Self; 5] =
        [Self::Blink, Self::OpenMouth, Self::TurnLeft, Self::TurnRight, Self::Nod];
    /// Those in which a head shows its depth.
    pub(super) const TURNS: [Self; 2] = [Self::TurnLeft, Self::TurnRight];

    /// The form columns and audit rows use.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Blink => "blink",
            Self::OpenMouth => "open_mouth",
            Self::TurnLeft => "turn_left",
            Self::TurnRight => "turn_right",
            Self::Nod => "nod",
        }
    }

    /// As the contract spells it.
    pub(crate) const fn wire_name(self) -> &'static str {
        match self {
            Self::Blink => "BLINK",
            Self::OpenMouth => "OPEN_MOUTH",
            Self::TurnLeft => "TURN_LEFT",
            Self::TurnRight => "TURN_RIGHT",
            Self::Nod => "NOD",
        }
    }

    /// zh-CN, within a sentence.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Blink => "眨眼",
            Self::OpenMouth => "张嘴",
            Self::TurnLeft => "向左转头",
            Self::TurnRight => "向右转头",
            Self::Nod => "点头",
        }
    }

    /// Reads a column: actions separated by commas.
    pub(crate) fn list_from_column(text: &str) -> Option<Vec<Self>> {
        let named = |name: &str| Self::ALL.into_iter().find(|action| action.as_str() == name);
        text.split(',').map(named).collect()
    }

    /// Writes a column.
    pub(crate) fn list_to_column(actions: &[Self]) -> String {
        actions.iter().map(|action| action.as_str()).collect::<Vec<_>>().join(",")
    }
}
