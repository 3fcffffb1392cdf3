//! Face-auth's tables, and every question asked of them. The only place that names sea-orm.

mod attempts;
mod entities;
mod migrations;
mod references;
mod retention;
mod sessions;
mod vault;

use sea_orm::DbErr;
use shiming_store::StoreError;

use crate::error::FaceAuthError;

pub(crate) use attempts::{Tried, count_try, lock_attempts, used_attempts};
pub(crate) use migrations::Migrator;
pub(crate) use references::{NewReference, Reference, count_references, find_reference, put_reference};
pub(crate) use retention::purge;
pub(crate) use sessions::{
    begin_capture, end_capture, find_session, insert_session, is_being_judged, lock_session, mark_passed,
    mark_redeemed,
};
pub(crate) use vault::Vault;

type Found<T> = Result<T, FaceAuthError>;

impl From<DbErr> for FaceAuthError {
    fn from(error: DbErr) -> Self {
        Self::Store(StoreError::from(error))
    }
}
