//! What has had its time goes, what hasn't stays.

use std::time::Duration;

use shiming_store::{Purged, Relay, RelayConfig, Retention, RetentionConfig};
use shiming_testkit::{TestDatabase, on_each_database};

use crate::fixture::{commit, count, event, manual_clock, open_at, request};

on_each_database!(old_answers_and_delivered_events_go_in_chunks);

struct TakesAll;

#[async_trait::async_trait]
impl shiming_store::EventSink for TakesAll {
    async fn deliver(
        &self,
        _events: Vec<shiming_store::Delivery>,
    ) -> Result<(), shiming_store::DeliveryError> {
        Ok(())
    }
}

async fn old_answers_and_delivered_events_go_in_chunks(database: TestDatabase) {
    const HOUR: Duration = Duration::from_hours(1);
    let clock = manual_clock();
    let fixture = open_at(database, clock.clone()).await;
    let store = fixture.store.clone();
    let relay = Relay::new(store.clone(), std::sync::Arc::new(TakesAll), RelayConfig::default());
    let job = Retention::new(store.clone(), RetentionConfig { chunk: 3, ..RetentionConfig::default() });
    for n in 0..10 {
        let tx = store.begin("test").await.unwrap();
        tx.emit(event("key", &n.to_string()));
        tx.finish(&request("command"), n).await.unwrap();
    }
    assert_eq!(relay.deliver_once().await.unwrap(), 10);
    clock.advance(23 * HOUR);
    assert_eq!(job.purge().await.unwrap(), Purged::default());
    let tx = store.begin("test").await.unwrap();
    tx.finish(&request("younger"), ()).await.unwrap();
    commit(&store, |tx| tx.emit(event("key", "not delivered"))).await;
    clock.advance(2 * HOUR);
    assert_eq!(job.purge().await.unwrap(), Purged { answers: 10, events: 0 });
    assert_eq!(count(store.reader(), "idempotency").await, 1);
    clock.advance(7 * 24 * HOUR);
    assert_eq!(job.purge().await.unwrap(), Purged { answers: 1, events: 10 });
    assert_eq!(count(store.reader(), "outbox").await, 1, "what wasn't delivered stays");
}
