//! The schema, oldest first. Expand, then contract: a running replica of the version before must go on working.

#![expect(
    elided_lifetimes_in_paths,
    reason = "MigrationTrait under async_trait matches only `&SchemaManager` without its lifetime"
)]

mod m20261101_000001_face_sessions;
mod m20261101_000002_authority_references;
mod m20261127_000003_liveness;
mod m20261127_000004_provider_checks;
mod m20261127_000010_face_data;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// Brings face-auth's database up to date.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = shiming_store::migrations();
        all.push(Box::new(m20261101_000001_face_sessions::Migration));
        all.push(Box::new(m20261101_000002_authority_references::Migration));
        all.push(Box::new(m20261127_000003_liveness::Migration));
        all.push(Box::new(m20261127_000004_provider_checks::Migration));
        all.push(Box::new(m20261127_000010_face_data::Migration));
        all
    }
}
