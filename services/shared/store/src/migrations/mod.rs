//! The tables every service's database shares: the audit chain, the outbox and the idempotency records.
//!
//! A service's own `Migrator` lists these first:
//!
//! ```ignore
//! impl MigratorTrait for Migrator {
//!     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
//!         let mut all = shiming_store::migrations();
//!         all.push(Box::new(m20260301_000001_persons::Migration));
//!         all
//!     }
//! }
//! ```

#![expect(
    elided_lifetimes_in_paths,
    reason = "MigrationTrait under async_trait matches only `&SchemaManager` without its lifetime"
)]

mod m20260101_000001_audit;
mod m20260101_000002_outbox;
mod m20260101_000003_idempotency;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// The shared migrations, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20260101_000001_audit::Migration),
        Box::new(m20260101_000002_outbox::Migration),
        Box::new(m20260101_000003_idempotency::Migration),
    ]
}

/// A migrator of the shared tables alone, for tests and for a service without tables of its own.
#[derive(Debug)]
pub struct SharedMigrator;

impl MigratorTrait for SharedMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations()
    }
}
