//! Face-auth's tables, and every question asked of them. The only place that names sea-orm.

mod attempts;
mod entities;
mod erasures;
mod evidence;
mod frame_marks;
mod hosted;
mod locks;
mod migrations;
mod people_stored;
mod processing;
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
pub(crate) use erasures::{Tombstone, erase, find_tombstone, lift_tombstone, put_tombstone, take_turn};
pub(crate) use evidence::{KeptPicture, expire_evidence, find_evidence, insert_evidence};
pub(crate) use frame_marks::{count_marked, insert_marks};
pub(crate) use hosted::{
    end_check, find_check, forget_person, keep_person, keep_ticket, lock_check, set_next_query,
};
pub(crate) use locks::{delete_lock, find_lock, put_lock};
pub(crate) use migrations::Migrator;
pub(crate) use people_stored::count_people;
pub(crate) use processing::{insert_processing, list_processing};
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
