//! Identity's tables: the only place that names sea-orm. Personal fields are sealed on the way in and opened on the way out.

pub(crate) mod attempts;
pub(crate) mod collections;
pub(crate) mod consents;
mod entities;
mod migrations;
pub(crate) mod persons;
pub(crate) mod purge;
pub(crate) mod step_ups;
mod vault;
pub(crate) mod withdrawals;

pub(crate) use migrations::Migrator;
pub(crate) use vault::Vault;

use sea_orm::DbErr;
use shiming_store::StoreError;

use crate::error::IdentityError;

impl From<DbErr> for IdentityError {
    fn from(error: DbErr) -> Self {
        Self::Store(StoreError::from(error))
    }
}
