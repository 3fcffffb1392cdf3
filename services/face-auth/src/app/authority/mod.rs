//! `AuthorityService`.

pub(crate) mod get_engine_info;
pub(crate) mod import_reference;
