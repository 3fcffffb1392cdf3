//! One suite, every cache.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::future::join_all;
use shiming_cache::{CacheConfig, CacheError, SharedCache, connect};
use shiming_kernel::SystemClock;
use shiming_testkit::Redis;
use tokio::time::timeout;

const LONG: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(60);

macro_rules! on_each_cache {
    ($($name:ident),+ $(,)?) => {
        mod in_process {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::open("memory://")).await;
            })+
        }
        mod redis {
            $(#[tokio::test]
            async fn $name() {
                let server = super::Redis::start();
                super::$name(super::open(&server.url())).await;
            })+
        }
        mod cluster {
            $(#[tokio::test]
            async fn $name() {
                let server = super::Redis::start_cluster();
                super::$name(super::open(&server.url())).await;
            })+
        }
        mod sentinel {
            $(#[tokio::test]
            async fn $name() {
                let master = super::Redis::start();
                let sentinel = super::Redis::start_sentinel(&master);
                super::$name(super::open(&sentinel.url())).await;
            })+
        }
    };
}

on_each_cache!(
    values_come_and_go,
    entries_end_in_time,
    one_of_many_takers_gets_it,
    one_of_many_setters_wins,
    counters_count_and_end,
    sets_hold_members,
    types_are_not_mixed,
    messages_reach_every_listener,
);

pub(crate) fn open(url: &str) -> SharedCache {
    connect(&CacheConfig::new(url), SystemClock::shared()).unwrap()
}

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

async fn values_come_and_go(cache: SharedCache) {
    cache.ping().await.unwrap();
    assert_eq!(cache.get("a").await.unwrap(), None);
    cache.put("a", Bytes::from_static(&[0, 255, 7]), LONG).await.unwrap();
    assert_eq!(cache.get("a").await.unwrap().unwrap(), &[0, 255, 7][..]);
    cache.put("a", Bytes::new(), LONG).await.unwrap();
    assert_eq!(cache.get("a").await.unwrap().unwrap(), "");
    assert!(cache.delete("a").await.unwrap());
    assert!(!cache.delete("a").await.unwrap());
    assert!(!cache.compare_and_set("a", b"", bytes("new"), LONG).await.unwrap());
    cache.put("a", bytes("1"), LONG).await.unwrap();
    assert!(!cache.compare_and_set("a", b"2", bytes("3"), LONG).await.unwrap());
    assert!(cache.compare_and_set("a", b"1", bytes("3"), LONG).await.unwrap());
    assert_eq!(cache.get("a").await.unwrap().unwrap(), "3");
}

async fn entries_end_in_time(cache: SharedCache) {
    cache.put("short", bytes("v"), SHORT).await.unwrap();
    cache.put("touched", bytes("v"), SHORT).await.unwrap();
    cache.set_add("set", "m", SHORT).await.unwrap();
    assert!(cache.touch("touched", LONG).await.unwrap());
    let left = cache.time_left("short").await.unwrap().unwrap();
    assert!(left <= SHORT, "{left:?}");
    timeout(LONG, async { while cache.get("short").await.unwrap().is_some() {} }).await.unwrap();
    timeout(LONG, async { while !cache.set_members("set").await.unwrap().is_empty() {} }).await.unwrap();
    assert_eq!(cache.time_left("short").await.unwrap(), None);
    assert!(!cache.touch("short", LONG).await.unwrap());
    assert!(cache.put_if_absent("short", bytes("again"), LONG).await.unwrap());
    assert!(cache.time_left("touched").await.unwrap().unwrap() > SHORT);
}

async fn one_of_many_takers_gets_it(cache: SharedCache) {
    cache.put("code", bytes("123456"), LONG).await.unwrap();
    let takers = join_all((0..16).map(|_| cache.take("code"))).await;
    assert_eq!(takers.into_iter().filter(|taken| taken.as_ref().unwrap().is_some()).count(), 1);
}

async fn one_of_many_setters_wins(cache: SharedCache) {
    let absent = join_all((0..16).map(|_| cache.put_if_absent("once", bytes("v"), LONG))).await;
    assert_eq!(absent.into_iter().filter(|set| *set.as_ref().unwrap()).count(), 1);
    let swaps = (0..16).map(|n| cache.compare_and_set("once", b"v", Bytes::from(n.to_string()), LONG));
    assert_eq!(join_all(swaps).await.into_iter().filter(|set| *set.as_ref().unwrap()).count(), 1);
}

async fn counters_count_and_end(cache: SharedCache) {
    let counts = join_all((0..16).map(|_| cache.increment("tries", LONG))).await;
    let counts: BTreeSet<u64> = counts.into_iter().map(Result::unwrap).collect();
    assert_eq!(counts, (1..=16).collect());
    assert_eq!(cache.get("tries").await.unwrap().unwrap(), "16");
    cache.increment("brief", SHORT).await.unwrap();
    cache.increment("brief", LONG).await.unwrap();
    assert!(cache.time_left("brief").await.unwrap().is_none_or(|left| left <= SHORT));
    assert!(cache.delete("tries").await.unwrap());
    assert_eq!(cache.increment("tries", LONG).await.unwrap(), 1);
    assert_eq!(cache.add("shares", 5, SHORT).await.unwrap(), 5);
    assert_eq!(cache.add("shares", 5, LONG).await.unwrap(), 10);
    assert!(cache.time_left("shares").await.unwrap().is_none_or(|left| left <= SHORT));
}

async fn sets_hold_members(cache: SharedCache) {
    assert!(cache.set_members("set").await.unwrap().is_empty());
    for member in ["a", "b", "a"] {
        cache.set_add("set", member, LONG).await.unwrap();
    }
    cache.set_add("set", "c", SHORT).await.unwrap();
    assert!(
        cache.time_left("set").await.unwrap().unwrap() > SHORT,
        "a shorter life doesn't shorten the set's"
    );
    let members: BTreeSet<String> = cache.set_members("set").await.unwrap().into_iter().collect();
    assert_eq!(members, ["a", "b", "c"].map(str::to_owned).into());
    assert!(cache.set_remove("set", "a").await.unwrap());
    assert!(!cache.set_remove("set", "a").await.unwrap());
    assert!(!cache.set_remove("nothing", "a").await.unwrap());
}

async fn types_are_not_mixed(cache: SharedCache) {
    cache.set_add("set", "m", LONG).await.unwrap();
    assert!(matches!(cache.get("set").await, Err(CacheError::WrongType)));
    cache.put("value", bytes("v"), LONG).await.unwrap();
    assert!(matches!(cache.set_members("value").await, Err(CacheError::WrongType)));
    assert!(matches!(cache.set_add("value", "m", LONG).await, Err(CacheError::WrongType)));
}

async fn messages_reach_every_listener(cache: SharedCache) {
    let mut first = cache.subscribe("counts").await.unwrap();
    let mut second = cache.subscribe("counts").await.unwrap();
    let mut other = cache.subscribe("other").await.unwrap();
    cache.publish("nobody", bytes("lost")).await.unwrap();
    cache.publish("counts", bytes("1")).await.unwrap();
    cache.publish("counts", bytes("2")).await.unwrap();
    cache.publish("other", bytes("3")).await.unwrap();
    for listener in [&mut first, &mut second] {
        assert_eq!(timeout(LONG, listener.next()).await.unwrap().unwrap(), "1");
        assert_eq!(timeout(LONG, listener.next()).await.unwrap().unwrap(), "2");
    }
    assert_eq!(timeout(LONG, other.next()).await.unwrap().unwrap(), "3");
    assert!(matches!(cache.publish("counts", Bytes::new()).await, Err(CacheError::EmptyMessage)));
    let shared = Arc::clone(&cache);
    drop(first);
    shared.publish("counts", bytes("4")).await.unwrap();
    assert_eq!(timeout(LONG, second.next()).await.unwrap().unwrap(), "4");
}
