//! Error rates of a biometric system, from scores that somebody measured. Pure computation: it knows no engine and no picture.
//!
//! - [`Proportion`]: how often something happened, with a 95 % interval that is honest about few trials.
//! - [`Comparisons`]: false accepts and false rejects over thresholds, equal error rate, operating points (ISO/IEC 19795-1).
//! - [`People`]: the same by group, with intervals over persons instead of pairs.
//! - [`Presentations`]: attacks taken for live and live faces taken for attacks (ISO/IEC 30107-3).
//! - [`list`]: which pictures are compared.
//!
//! The binary `face-eval` measures with the real engine and prints these.

mod comparisons;
pub mod list;
mod people;
mod presentations;
mod proportion;

pub use comparisons::{Comparisons, EqualError, OperatingPoint};
pub use people::{Bounded, Kept, Met, People, Scored};
pub use presentations::{Presentations, worst};
pub use proportion::Proportion;
