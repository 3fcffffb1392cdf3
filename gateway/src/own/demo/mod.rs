//! What only the demo has.

pub(super) mod clip;
pub(super) mod reference;
pub(super) mod sample_photo;
