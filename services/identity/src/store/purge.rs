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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    use crate::domain::collection::{Collection, Step};
    use crate::domain::sample::resident;
    use crate::store::{Migrator, Vault, attempts, collections};
    use shiming_crypto::{Keyring, Sealer, SecretToken};
    use shiming_kernel::china_date;
    use shiming_kernel::{CollectionId, ManualClock};
    use shiming_store::StoreConfig;
    use shiming_testkit::TestDatabase;

    shiming_testkit::on_each_database!(only_what_is_over_goes);

    async fn only_what_is_over_goes(database: TestDatabase) {
        let clock = Arc::new(ManualClock::new("2026-11-02T04:00:00Z".parse().unwrap()));
        let keys = Keyring::generate();
        let (vault, sealer) = (Vault::new(&keys).unwrap(), Sealer::new(&keys, "test").unwrap());
        let store = Store::connect(&StoreConfig::new(database.url()), clock.clone(), sealer).await.unwrap();
        store.migrate::<Migrator>().await.unwrap();
        let (_, hash) = SecretToken::generate();
        let now = store.now();
        let collection = Collection {
            id: CollectionId::new(&*clock),
            identity: resident(),
            step: Step::Face,
            face_session_id: None,
            face_pass_time: None,
            expire_time: now + TimeDelta::minutes(15),
            person_id: None,
            device_hash: None,
            version: 0,
        };
        let tx = store.begin("test").await.unwrap();
        collections::insert(tx.conn(), &vault, &collection, &hash, now).await.unwrap();
        attempts::lock(tx.conn(), &vault, "resident:1", china_date(now), now).await.unwrap();
        tx.commit().await.unwrap();
        clock.advance(Duration::from_mins(30));
        assert_eq!(purge(&store).await.unwrap(), Purged::default());
        clock.advance(Duration::from_secs(1));
        assert_eq!(purge(&store).await.unwrap(), Purged { collections: 1, ..Purged::default() });
        assert!(collections::by_token(store.reader(), &vault, &hash).await.unwrap().is_none());
        clock.advance(Duration::from_hours(48));
        assert_eq!(purge(&store).await.unwrap(), Purged { attempts: 1, ..Purged::default() });
    }
}
