//! Which sessions act by which binding, so that they stop the moment it no longer carries them.
//!
//! ```text
//! open:  note (index) ─▶ put the record ─▶ check (mark)       end:  mark ─▶ read the index ─▶ change the records
//! ```
//! Whoever comes second sees the other: a session that opens while its binding ends is either in the index when that is read, or finds the
//! mark.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use shiming_crypto::TokenHash;
use shiming_kernel::{BindingId, CallContext};
use shiming_store::AuditEntry;

use super::{App, sessions};
use crate::domain::session::SessionRecord;
use crate::error::IdentityError;

/// Longer than any call that opens a session takes.
const MARKED: Duration = Duration::from_mins(1);
/// Losing against this many changes of one session in a row is no accident.
const SWAPS: usize = 16;

/// Notes that the session of a token will act by its binding.
pub(super) async fn note(
    app: &App,
    hash: &TokenHash,
    record: SessionRecord,
) -> Result<SessionRecord, IdentityError> {
    if let Some(binding) = record.session.binding_id {
        app.cache.set_add(&members(binding), &hash.to_key(), app.rules.session_absolute.get()).await?;
    }
    Ok(record)
}

/// The record as it must be now that it is stored: acting for nobody, if the binding has just ended.
pub(super) async fn check(
    app: &App,
    hash: &TokenHash,
    record: SessionRecord,
    left: Duration,
) -> Result<SessionRecord, IdentityError> {
    let Some(binding) = record.session.binding_id else { return Ok(record) };
    if app.cache.get(&mark(binding)).await?.is_none() {
        return Ok(record);
    }
    let free = record.acting_for_nobody();
    app.cache.put(&sessions::key(hash), write(&free)?, left).await?;
    Ok(free)
}

/// Forgets that a session acted by its binding.
pub(super) async fn forget(app: &App, record: &SessionRecord, hash: &TokenHash) -> Result<(), IdentityError> {
    if let Some(binding) = record.session.binding_id {
        app.cache.set_remove(&members(binding), &hash.to_key()).await?;
    }
    Ok(())
}

/// Whether a binding ended a moment ago, so that no session may begin to act by it.
pub(super) async fn has_just_ended(app: &App, binding: BindingId) -> Result<bool, IdentityError> {
    Ok(app.cache.get(&mark(binding)).await?.is_some())
}

/// Has no session act by this binding any more; answers how many did.
pub(crate) async fn end(app: &App, caller: &CallContext, binding: BindingId) -> Result<usize, IdentityError> {
    app.cache.put(&mark(binding), Bytes::from_static(b"ended"), MARKED).await?;
    let mut ended = 0;
    for member in app.cache.set_members(&members(binding)).await? {
        if let Some(record) = set_free(app, &format!("session:{member}"), binding).await? {
            let detail = json!({"session_id": record.session.session_id, "binding_id": binding});
            let subject = format!("person:{}", record.session.person_id);
            app.record(AuditEntry::of(caller, "session.enterprise_ended", subject, detail)).await?;
            ended += 1;
        }
        app.cache.set_remove(&members(binding), &member).await?;
    }
    Ok(ended)
}

async fn set_free(app: &App, key: &str, binding: BindingId) -> Result<Option<SessionRecord>, IdentityError> {
    for _ in 0..SWAPS {
        let (Some(stored), Some(left)) = (app.cache.get(key).await?, app.cache.time_left(key).await?) else {
            return Ok(None);
        };
        let record = serde_json::from_slice::<SessionRecord>(&stored).ok();
        let Some(record) = record.filter(|record| record.session.binding_id == Some(binding)) else {
            return Ok(None);
        };
        let free = record.acting_for_nobody();
        if app.cache.compare_and_set(key, &stored, write(&free)?, left).await? {
            return Ok(Some(free));
        }
    }
    Err(IdentityError::ConcurrentChange)
}

fn write(record: &SessionRecord) -> Result<Bytes, IdentityError> {
    serde_json::to_vec(record).map(Bytes::from).map_err(|_| IdentityError::Corrupt("session"))
}

fn members(binding: BindingId) -> String {
    format!("binding-sessions:{binding}")
}

fn mark(binding: BindingId) -> String {
    format!("binding-ended:{binding}")
}
