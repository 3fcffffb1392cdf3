//! Deletes what need not be kept: collections that are over, counters of past days, old face checks.

use chrono::TimeDelta;
use shiming_store::{Expired, Store, StoreError, delete_expired};

use super::entities::{collection, identity_attempt, step_up};

const CHUNK: u32 = 500;
/// A collection is over when it expires; its personal fields go soon after.
const COLLECTIONS_KEPT: TimeDelta = TimeDelta::minutes(15);
const ATTEMPTS_KEPT: TimeDelta = TimeDelta::days(2);
const STEP_UPS_KEPT: TimeDelta = TimeDelta::days(1);

/// How many rows one run deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Purged {
    pub(crate) collections: u64,
    pub(crate) attempts: u64,
    pub(crate) step_ups: u64,
}

/// Deletes everything that is old enough, in small transactions.
pub(crate) async fn purge(store: &Store) -> Result<Purged, StoreError> {
    let now = store.now();
    let collections = Expired {
        key: &[collection::Column::Id],
        time: collection::Column::ExpireTime,
        before: now - COLLECTIONS_KEPT,
    };
    let attempts = Expired {
        key: &[identity_attempt::Column::IdentityIndex, identity_attempt::Column::Day],
        time: identity_attempt::Column::UpdateTime,
        before: now - ATTEMPTS_KEPT,
    };
    let step_ups = Expired {
        key: &[step_up::Column::FaceSessionId],
        time: step_up::Column::CreateTime,
        before: now - STEP_UPS_KEPT,
    };
    Ok(Purged {
        collections: delete_expired::<collection::Entity>(store, "purge_collections", &collections, CHUNK)
            .await?,
        attempts: delete_expired::<identity_attempt::Entity>(store, "purge_attempts", &attempts, CHUNK)
            .await?,
        step_ups: delete_expired::<step_up::Entity>(store, "purge_step_ups", &step_ups, CHUNK).await?,
    })
}
