//! `BindingService`.

pub(crate) mod list_bindings;
pub(crate) mod refresh_bindings;
pub(crate) mod switch_enterprise;
