//! PostgreSQL stopped, crashed, frozen and back: callers are answered soon, and nobody has to be restarted.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use shiming_crypto::{Keyring, Sealer};
use shiming_kernel::{ErrorKind, ServiceError as _, SystemClock};
use shiming_store::{Delivery, DeliveryError, EventSink, Relay, RelayConfig, Store, StoreConfig, StoreError};
use shiming_testkit::{Postgres, postgres_is_off};
use tokio_util::sync::CancellationToken;

use crate::fixture::{Migrator, add_note, event};

const SECOND: Duration = Duration::from_secs(1);

async fn open(cluster: &Postgres) -> Store {
    let mut config = StoreConfig::new(cluster.database("outage"));
    (config.acquire_timeout_ms, config.lock_timeout_ms) = (500, 200);
    let sealer = Sealer::new(&Keyring::generate(), "test").unwrap();
    let store = Store::connect(&config, SystemClock::shared(), sealer).await.unwrap();
    store.migrate::<Migrator>().await.unwrap();
    store
}

async fn write(store: &Store, slug: &str) -> Result<(), StoreError> {
    let tx = store.begin("test").await?;
    add_note(tx.conn(), slug).await?;
    tx.emit(event("key", slug));
    tx.commit().await
}

async fn fails_soon(store: &Store) {
    for _ in 0..3 {
        let asked = Instant::now();
        let error = write(store, "lost").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
        assert_eq!(store.ping().await.unwrap_err().kind(), ErrorKind::Unavailable);
        assert!(asked.elapsed() < 2 * SECOND, "{:?}", asked.elapsed());
    }
}

async fn recovers(store: &Store, slug: &str) {
    let back = async {
        while let Err(error) = write(store, slug).await {
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
        }
    };
    tokio::time::timeout(20 * SECOND, back).await.expect("the store recovers by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_goes_and_comes_back() {
    if postgres_is_off() {
        return;
    }
    let cluster = Postgres::start();
    let store = open(&cluster).await;
    write(&store, "before").await.unwrap();
    cluster.stop();
    fails_soon(&store).await;
    cluster.restart();
    recovers(&store, "after the stop").await;
    cluster.kill();
    fails_soon(&store).await;
    cluster.restart();
    recovers(&store, "after the crash").await;
    cluster.pause();
    fails_soon(&store).await;
    cluster.resume();
    recovers(&store, "after the freeze").await;
}

#[derive(Default)]
struct Slugs(Mutex<Vec<String>>);

#[async_trait::async_trait]
impl EventSink for Slugs {
    async fn deliver(&self, events: Vec<Delivery>) -> Result<(), DeliveryError> {
        let slugs = events.into_iter().map(|event| String::from_utf8(event.payload).unwrap());
        self.0.lock().unwrap().extend(slugs);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relay_outlives_its_database() {
    if postgres_is_off() {
        return;
    }
    let cluster = Postgres::start();
    let store = open(&cluster).await;
    write(&store, "before").await.unwrap();
    let (sink, stop) = (Arc::new(Slugs::default()), CancellationToken::new());
    let config = RelayConfig { poll_interval_ms: 20, backoff_cap_ms: 200, ..RelayConfig::default() };
    cluster.stop();
    let relay = tokio::task::spawn(Relay::new(store.clone(), sink.clone(), config).run(stop.clone()));
    fails_soon(&store).await;
    cluster.restart();
    recovers(&store, "after").await;
    let arrived = async {
        while sink.0.lock().unwrap().len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(20 * SECOND, arrived).await.expect("the events arrive");
    stop.cancel();
    relay.await.unwrap();
    assert_eq!(*sink.0.lock().unwrap(), ["before", "after"]);
}
