//! Events arrive: at least once, in order per key, whatever breaks on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use shiming_kernel::EventId;
use shiming_store::{Delivery, DeliveryError, EventSink, Relay, RelayConfig, Store, outbox_lag};
use shiming_testkit::{TestDatabase, on_each_database};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::fixture::{commit, event, open};

on_each_database!(
    a_commit_wakes_the_relay,
    two_relays_keep_the_order_of_each_key,
    a_crash_after_the_delivery_delivers_again,
    a_sink_that_was_down_gets_everything,
    a_refused_key_does_not_hold_up_the_others,
    a_rolled_back_event_never_leaves,
    payloads_are_sealed,
);

const PATIENCE: Duration = Duration::from_secs(20);

/// Remembers what it took and does as it is told.
#[derive(Default)]
struct Sink {
    taken: Mutex<Vec<Delivery>>,
    mood: Mutex<Mood>,
    changed: Notify,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Mood {
    #[default]
    Takes,
    Down,
    RefusesKey(&'static str),
    TakesAndHangs,
}

#[async_trait::async_trait]
impl EventSink for Sink {
    async fn deliver(&self, events: Vec<Delivery>) -> Result<(), DeliveryError> {
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Down => {
                self.changed.notify_one();
                return Err(DeliveryError::Unavailable("down".into()));
            }
            Mood::RefusesKey(key) if events.iter().any(|event| event.key == key) => {
                return Err(DeliveryError::Refused("refused".into()));
            }
            Mood::Takes | Mood::TakesAndHangs | Mood::RefusesKey(_) => {
                self.taken.lock().unwrap().extend(events);
            }
        }
        self.changed.notify_one();
        if mood == Mood::TakesAndHangs {
            std::future::pending::<()>().await;
        }
        Ok(())
    }
}

impl Sink {
    fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn taken(&self) -> Vec<(EventId, String, String)> {
        let show = |event: &Delivery| {
            (event.event_id, event.key.clone(), String::from_utf8(event.payload.clone()).unwrap())
        };
        self.taken.lock().unwrap().iter().map(show).collect()
    }

    async fn has(&self, count: usize) {
        self.until(|taken| taken.len() >= count).await;
    }

    async fn has_each(&self, count: usize) {
        let each =
            |taken: &[Delivery]| taken.iter().map(|event| event.event_id).collect::<BTreeSet<_>>().len();
        self.until(|taken| each(taken) >= count).await;
    }

    async fn until(&self, enough: impl Fn(&[Delivery]) -> bool) {
        let enough = async {
            while !enough(&self.taken.lock().unwrap()) {
                self.changed.notified().await;
            }
        };
        tokio::time::timeout(PATIENCE, enough).await.expect("the events arrive");
    }
}

fn quick() -> RelayConfig {
    RelayConfig {
        poll_interval_ms: 20,
        deliver_timeout_ms: 100,
        lease_ms: 200,
        backoff_base_ms: 5,
        backoff_cap_ms: 20,
        ..RelayConfig::default()
    }
}

fn start(
    store: &Store,
    sink: &Arc<Sink>,
    config: RelayConfig,
) -> (CancellationToken, tokio::task::JoinHandle<()>) {
    let stop = CancellationToken::new();
    let relay = Relay::new(store.clone(), Arc::clone(sink) as Arc<dyn EventSink>, config);
    (stop.clone(), tokio::task::spawn(relay.run(stop)))
}

async fn a_commit_wakes_the_relay(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let sink = Arc::new(Sink::default());
    let never_polls = RelayConfig { poll_interval_ms: 3_600_000, ..RelayConfig::default() };
    let (stop, relay) = start(&store, &sink, never_polls);
    for n in 1..=3 {
        commit(&store, |tx| tx.emit(event("key", "payload"))).await;
        sink.has(n).await;
    }
    stop.cancel();
    relay.await.unwrap();
    let lag = outbox_lag(&store).await.unwrap();
    assert_eq!((lag.pending, lag.oldest), (0, Duration::ZERO));
}

async fn two_relays_keep_the_order_of_each_key(database: TestDatabase) {
    let fixture = open(database).await;
    let sink = Arc::new(Sink::default());
    let few = RelayConfig { batch: 7, ..quick() };
    let other = fixture.another().await;
    let relays = [start(&fixture.store, &sink, few), start(&other, &sink, few)];
    let writers = (0..6).map(|key| {
        let store = fixture.store.clone();
        async move {
            for n in 0..10 {
                let emitted = event(&format!("key {key}"), &n.to_string());
                commit(&store, |tx| tx.emit(emitted.clone())).await;
            }
        }
    });
    futures::future::join_all(writers).await;
    sink.has_each(60).await;
    for (stop, relay) in relays {
        stop.cancel();
        relay.await.unwrap();
    }
    // On SQLite the relay that starts second forgets the first one's claims, so that an event may come twice: receivers dedupe.
    let mut seen = BTreeSet::new();
    let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (event_id, key, payload) in sink.taken() {
        if seen.insert(event_id) {
            by_key.entry(key).or_default().push(payload);
        }
    }
    let in_order: Vec<String> = (0..10).map(|n| n.to_string()).collect();
    assert_eq!(by_key.len(), 6);
    assert!(by_key.values().all(|payloads| *payloads == in_order), "{by_key:?}");
}

async fn a_crash_after_the_delivery_delivers_again(database: TestDatabase) {
    let fixture = open(database).await;
    let sink = Arc::new(Sink::default());
    sink.set(Mood::TakesAndHangs);
    commit(&fixture.store, |tx| tx.emit(event("key", "payload"))).await;
    let patient = RelayConfig { deliver_timeout_ms: 60_000, lease_ms: 1, ..quick() };
    let (_, crashing) = start(&fixture.store, &sink, RelayConfig { deliver_timeout_ms: 150, ..patient });
    sink.has(1).await;
    crashing.abort();
    assert!(crashing.await.unwrap_err().is_cancelled());
    sink.set(Mood::Takes);
    let (stop, relay) = start(&fixture.another().await, &sink, quick());
    sink.has(2).await;
    stop.cancel();
    relay.await.unwrap();
    let taken = sink.taken();
    assert_eq!(taken[0], taken[1], "the same event, so that the receiver can tell");
}

async fn a_sink_that_was_down_gets_everything(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let sink = Arc::new(Sink::default());
    sink.set(Mood::Down);
    let (stop, relay) = start(&store, &sink, quick());
    let mut emitted = BTreeSet::new();
    for n in 0..30 {
        let next = event(&format!("key {}", n % 4), &n.to_string());
        emitted.insert(next.event_id);
        commit(&store, |tx| tx.emit(next.clone())).await;
    }
    for _ in 0..3 {
        tokio::time::timeout(PATIENCE, sink.changed.notified()).await.unwrap();
    }
    assert_eq!(outbox_lag(&store).await.unwrap().pending, 30);
    sink.set(Mood::Takes);
    sink.has(30).await;
    stop.cancel();
    relay.await.unwrap();
    let arrived: BTreeSet<EventId> = sink.taken().into_iter().map(|(id, _, _)| id).collect();
    assert_eq!(arrived, emitted);
}

async fn a_refused_key_does_not_hold_up_the_others(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let sink = Arc::new(Sink::default());
    sink.set(Mood::RefusesKey("bad"));
    commit(&store, |tx| {
        for key in ["good", "bad", "fine", "bad"] {
            tx.emit(event(key, key));
        }
    })
    .await;
    let (stop, relay) = start(&store, &sink, quick());
    sink.has(2).await;
    assert!(sink.taken().iter().all(|(_, key, _)| key != "bad"));
    sink.set(Mood::Takes);
    sink.has(4).await;
    stop.cancel();
    relay.await.unwrap();
    assert!(sink.taken.lock().unwrap().iter().any(|event| event.key == "bad" && event.attempt > 1));
}

async fn a_rolled_back_event_never_leaves(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let tx = store.begin("test").await.unwrap();
    tx.emit(event("key", "payload"));
    tx.rollback().await.unwrap();
    let sink = Arc::new(Sink::default());
    let relay = Relay::new(store, Arc::clone(&sink) as Arc<dyn EventSink>, quick());
    assert_eq!(relay.deliver_once().await.unwrap(), 0);
}

async fn payloads_are_sealed(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    commit(&store, |tx| tx.emit(event("key", "a name"))).await;
    let query = sea_orm::sea_query::Query::select().column("payload").from("outbox").to_owned();
    let row = store.reader().query_one(&query).await.unwrap().unwrap();
    let stored: Vec<u8> = row.try_get("", "payload").unwrap();
    assert!(!stored.windows(6).any(|window| window == b"a name"));
}
