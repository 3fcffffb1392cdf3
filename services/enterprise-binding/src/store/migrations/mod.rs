//! The tables of this service, after the shared ones.
#![expect(
    elided_lifetimes_in_paths,
    reason = "MigrationTrait under async_trait matches only `&SchemaManager` without its lifetime"
)]

mod m20260201_000001_enterprises;
mod m20260201_000002_bindings;
mod m20260201_000003_lookups;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = shiming_store::migrations();
        all.push(Box::new(m20260201_000001_enterprises::Migration));
        all.push(Box::new(m20260201_000002_bindings::Migration));
        all.push(Box::new(m20260201_000003_lookups::Migration));
        all
    }
}
