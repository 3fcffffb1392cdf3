//! What only the demo has.

pub(super) mod clip;
pub(super) mod reference;
pub(crate) mod sample_person;
pub(super) mod sample_photo;
