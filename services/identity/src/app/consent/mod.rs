//! `ConsentService`.

pub(crate) mod face_data;
pub(crate) mod list_consents;
pub(crate) mod withdraw_consent;
