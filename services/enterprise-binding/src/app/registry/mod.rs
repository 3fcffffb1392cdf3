//! `RegistryService`.

pub(crate) mod import_enterprises;
pub(crate) mod look_up_enterprise;
