//! Face-auth's tables, and every question asked of them. The only place that names sea-orm.

mod attempts;
mod entities;
mod frame_marks;
mod hosted;
mod locks;
mod migrations;
mod references;
mod retention;
mod risk_events;
mod sessions;
mod vault;

pub(crate) use sea_orm::ConnectionTrait as Connection;
use sea_orm::DbErr;
use shiming_store::StoreError;

use crate::error::FaceAuthError;

pub(crate) use attempts::{Quota, count_try, forgive, lock_attempts, used_attempts};
pub(crate) use frame_marks::{count_marked, insert_marks};
pub(crate) use hosted::{
    end_check, find_check, forget_person, keep_person, keep_ticket, lock_check, set_next_query,
};
pub(crate) use locks::{delete_lock, find_lock, put_lock};
pub(crate) use migrations::Migrator;
pub(crate) use references::{NewReference, count_references, find_reference, put_reference};
pub(crate) use retention::purge;
pub(crate) use risk_events::{RiskEventCursor, insert_risk_event, list_risk_events};
pub(crate) use sessions::{
    begin_capture, end_capture, find_session, insert_session, is_being_judged, lock_session, mark_passed,
    mark_redeemed, put_challenge,
};
pub(crate) use vault::Vault;

type Found<T> = Result<T, FaceAuthError>;

impl From<DbErr> for FaceAuthError {
    fn from(error: DbErr) -> Self {
        Self::Store(StoreError::from(error))
    }
}
