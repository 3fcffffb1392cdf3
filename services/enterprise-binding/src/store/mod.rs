//! Enterprise-binding's tables, and every question asked of them. The only place that names sea-orm.

mod applications;
mod bindings;
mod enterprises;
mod entities;
mod lookups;
mod migrations;
mod vault;

pub(crate) use applications::{ApplicationCursor, list_applications, list_overdue, pending_applications};
pub(crate) use bindings::{
    ROLE_TAKEN, active_bindings, approvers, find_binding, insert_binding, list_own_bindings,
    managed_enterprises, own_bindings, registry_bindings, update_binding,
};
pub(crate) use enterprises::{
    find_by_identifiers, find_enterprise, find_enterprises, insert_enterprise, lock_enterprise, lock_naming,
    update_enterprise,
};
pub(crate) use lookups::{count_lookup, forget_lookups};
pub(crate) use migrations::Migrator;
pub(crate) use vault::Vault;
