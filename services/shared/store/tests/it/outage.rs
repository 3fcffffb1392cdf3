//! PostgreSQL stopped, crashed, frozen and back: callers are answered soon, and nobody has to be restarted.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use shiming_crypto::{Keyring, Sealer};
use shiming_kernel::{ErrorKind, ServiceError as _, SystemClock};
use shiming_store::{Delivery, DeliveryError, EventSink, Relay, RelayConfig, Store, StoreConfig, StoreError};
use shiming_testkit::{PgBouncer, Postgres, SlowLink, postgres_is_off};
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
        assert!(asked.elapsed() < 10 * SECOND, "{:?}", asked.elapsed());
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

fn by_way_of(port: u16, cluster: &Postgres) -> String {
    cluster.database("outage").replace(&format!(":{}/", cluster.port()), &format!(":{port}/"))
}

/// Waits until no connection rests inside a transaction.
async fn nothing_is_left_open(cluster: &Postgres) {
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'outage' AND state LIKE 'idle in transaction%'";
    let closed = async {
        while cluster.psql("outage", open) != "0" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(20 * SECOND, closed).await.expect("what was begun and dropped is rolled back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_begin_that_nobody_waits_for_leaves_no_transaction_behind() {
    if postgres_is_off() {
        return;
    }
    let cluster = Postgres::start();
    let far_away = SlowLink::to(cluster.port(), Duration::from_millis(20)).await;
    let mut config = StoreConfig::new(by_way_of(far_away.port(), &cluster));
    config.max_connections = 2;
    let sealer = Sealer::new(&Keyring::generate(), "test").unwrap();
    let store = Store::connect(&config, SystemClock::shared(), sealer).await.unwrap();
    store.migrate::<Migrator>().await.unwrap();
    write(&store, "before").await.unwrap();
    // Some are dropped before BEGIN has left, some while it is on its way, some when it has been answered.
    for patience in (1..100).step_by(7) {
        drop(tokio::time::timeout(Duration::from_millis(patience), store.begin("test")).await);
    }
    nothing_is_left_open(&cluster).await;
    write(&store, "after").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_can_not_write_are_made_anew() {
    if postgres_is_off() {
        return;
    }
    let cluster = Postgres::start();
    drop(open(&cluster).await);
    let name = cluster.psql("outage", "SELECT current_user");
    cluster.psql("outage", &format!("ALTER ROLE {name} SET default_transaction_read_only = on"));
    let mut config = StoreConfig::new(cluster.database("outage"));
    config.max_connections = 1;
    let sealer = Sealer::new(&Keyring::generate(), "test").unwrap();
    let store = Store::connect(&config, SystemClock::shared(), sealer).await.unwrap();
    let refused = write(&store, "lost").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable, "{refused:?}");
    cluster.psql(
        "outage",
        &format!("BEGIN READ WRITE; ALTER ROLE {name} RESET default_transaction_read_only; COMMIT"),
    );
    recovers(&store, "after").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_with_its_own_defaults_may_stand_before_the_database() {
    if postgres_is_off() {
        return;
    }
    let cluster = Postgres::start();
    let pooler = PgBouncer::before(&cluster);
    let mut config = StoreConfig::new(by_way_of(pooler.port(), &cluster));
    config.lock_timeout_ms = 4_321;
    let sealer = Sealer::new(&Keyring::generate(), "test").unwrap();
    let store = Store::connect(&config, SystemClock::shared(), sealer).await.unwrap();
    store.migrate::<Migrator>().await.unwrap();
    write(&store, "through the pooler").await.unwrap();
    let limit =
        store.reader().query_one_raw(Statement::from_string(DbBackend::Postgres, "SHOW lock_timeout"));
    let limit: String = limit.await.unwrap().unwrap().try_get("", "lock_timeout").unwrap();
    assert_eq!(limit, "4321ms", "limits hold there too");
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
