//! The schema, oldest first. Expand, then contract: a running replica of the version before must go on working.

#![expect(
    elided_lifetimes_in_paths,
    reason = "MigrationTrait under async_trait matches only `&SchemaManager` without its lifetime"
)]

mod m20261101_000001_inbox;
mod m20261101_000002_sms;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// Brings messaging's database up to date.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = shiming_store::migrations();
        all.push(Box::new(m20261101_000001_inbox::Migration));
        all.push(Box::new(m20261101_000002_sms::Migration));
        all
    }
}
