//! Identity's tables as sea-orm entities.
#![expect(unreachable_pub, reason = "the derive makes public items for a crate-private module")]

pub(crate) mod collection;
pub(crate) mod consent;
pub(crate) mod consent_withdrawal;
pub(crate) mod identity_attempt;
pub(crate) mod person;
pub(crate) mod step_up;
