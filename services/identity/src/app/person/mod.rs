//! `PersonService`.

pub(crate) mod get_evidence;
pub(crate) mod get_profile;
pub(crate) mod resolve_person;
