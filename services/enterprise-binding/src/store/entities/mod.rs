//! The tables as sea-orm entities.
#![expect(unreachable_pub, reason = "the derive makes public items for a crate-private module")]

pub(crate) mod binding;
pub(crate) mod enterprise;
pub(crate) mod lookup;
