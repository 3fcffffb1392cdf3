//! Identity's tables, oldest migration first, after the shared ones.
#![expect(
    elided_lifetimes_in_paths,
    reason = "with the lifetime written out, async_trait's method no longer fits the trait's"
)]

mod m20261101_000001_persons;
mod m20261101_000002_collections;
mod m20261101_000003_consents;
mod m20261101_000004_identity_attempts;
mod m20261101_000005_step_ups;
mod m20261126_000001_consent_withdrawals;
mod m20261128_000001_evidence_time;
mod m20261128_000002_collection_device;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// Brings a database to this build's schema.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = shiming_store::migrations();
        all.push(Box::new(m20261101_000001_persons::Migration));
        all.push(Box::new(m20261101_000002_collections::Migration));
        all.push(Box::new(m20261101_000003_consents::Migration));
        all.push(Box::new(m20261101_000004_identity_attempts::Migration));
        all.push(Box::new(m20261101_000005_step_ups::Migration));
        all.push(Box::new(m20261126_000001_consent_withdrawals::Migration));
        all.push(Box::new(m20261128_000001_evidence_time::Migration));
        all.push(Box::new(m20261128_000002_collection_device::Migration));
        all
    }
}
