//! Whether a living person stood before the camera and did what was asked.
//!
//! ```text
//! frames ─ engine ─▶ [`Sight`] each ─▶ [`judge`] ─▶ [`Live`], or a [`Doubt`]: do it better · attack
//!                                        ├ timing     the times can be true, and no picture is shown twice      (sequence)
//!                                        ├ one face   the face of the first frames is the face of all frames    (sequence)
//!                                        ├ looks      surely a print or screen by single frontal frames; in doubt, depth decides (judge)
//!                                        ├ actions    each asked-for action within its own step, no other       (action_seen)
//!                                        └ depth      a turned head shows its depth; paper doesn't, bent or not (head_shape)
//! ```
//! What it can't tell: a face that is computed in three dimensions and fed in behind the camera. Against that stand the challenge,
//! the device's and the identity's limits, and the providers whose own apps guard the camera.

mod action_seen;
mod head_shape;
mod judge;
mod outcome;
mod sequence;
mod sight;

pub(crate) use judge::{AttackType, Doubt, Live, LivenessRules, PASSIVE_FRAMES, judge};
pub(crate) use outcome::Liveness;
pub(crate) use sight::Sight;
