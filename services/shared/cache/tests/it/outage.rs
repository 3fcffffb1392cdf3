//! Redis killed, frozen and back: callers are answered soon, and nobody has to be restarted.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt as _;
use shiming_cache::{CacheConfig, CacheError, SharedCache, connect};
use shiming_kernel::{ErrorKind, Redacted, ServiceError as _, SystemClock};
use shiming_testkit::Redis;
use tokio::time::timeout;

use crate::suite::open;

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_mins(1);

async fn fails_soon(cache: &SharedCache) {
    for _ in 0..3 {
        let asked = Instant::now();
        let error = cache.get("key").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
        assert!(asked.elapsed() < 5 * SECOND, "{:?}", asked.elapsed());
    }
}

async fn recovers(cache: &SharedCache) {
    let back = async { while cache.put("key", Bytes::from("v"), LONG).await.is_err() {} };
    timeout(LONG, back).await.expect("the cache recovers by itself");
    assert_eq!(cache.get("key").await.unwrap().unwrap(), "v");
}

#[tokio::test]
async fn a_killed_server_is_noticed_at_once_and_found_again() {
    let server = Redis::start();
    let cache = open(&server.url());
    cache.increment("tries", LONG).await.unwrap();
    server.kill();
    fails_soon(&cache).await;
    assert!(matches!(cache.subscribe("c").await, Err(CacheError::Unavailable(_) | CacheError::NoAnswer)));
    server.restart();
    recovers(&cache).await;
}

#[tokio::test]
async fn a_frozen_server_is_noticed_and_found_again() {
    for cluster in [false, true] {
        let server = if cluster { Redis::start_cluster() } else { Redis::start() };
        let cache = open(&server.url());
        cache.ping().await.unwrap();
        server.pause();
        fails_soon(&cache).await;
        server.resume();
        recovers(&cache).await;
    }
}

#[tokio::test]
async fn a_server_that_comes_up_later_is_no_reason_not_to_start() {
    let server = Redis::start();
    server.kill();
    let cache = open(&server.url());
    fails_soon(&cache).await;
    server.restart();
    recovers(&cache).await;
}

#[tokio::test]
async fn a_sentinel_s_master_is_found_again() {
    let master = Redis::start();
    let sentinel = Redis::start_sentinel(&master);
    let cache = open(&sentinel.url());
    recovers(&cache).await;
    master.kill();
    fails_soon(&cache).await;
    master.restart();
    recovers(&cache).await;
}

#[tokio::test]
async fn sentinels_may_ask_for_a_password_of_their_own() {
    let master = Redis::start();
    let sentinel = Redis::start_sentinel_with_password(&master, "watchword");
    let mut config = CacheConfig::new(sentinel.url());
    let without = connect(&config, SystemClock::shared()).unwrap();
    without.get("key").await.unwrap_err();
    config.sentinel_login = Some(Redacted::new("watchword".to_owned()));
    let cache = connect(&config, SystemClock::shared()).unwrap();
    recovers(&cache).await;
    let mut messages = cache.subscribe("counts").await.unwrap();
    cache.publish("counts", Bytes::from("heard")).await.unwrap();
    assert_eq!(timeout(LONG, messages.next()).await.unwrap().unwrap(), "heard");
    master.kill();
    fails_soon(&cache).await;
    master.restart();
    recovers(&cache).await;
}

#[tokio::test]
async fn listeners_are_told_of_the_gap_and_hear_again() {
    let server = Redis::start();
    let cache = open(&server.url());
    let mut messages = cache.subscribe("counts").await.unwrap();
    cache.publish("counts", Bytes::from("before")).await.unwrap();
    assert_eq!(timeout(LONG, messages.next()).await.unwrap().unwrap(), "before");
    server.kill();
    server.restart();
    let gap = timeout(LONG, messages.next()).await.unwrap().unwrap();
    assert!(gap.is_empty(), "an empty message stands for the gap");
    recovers(&cache).await;
    cache.publish("counts", Bytes::from("after")).await.unwrap();
    assert_eq!(timeout(LONG, messages.next()).await.unwrap().unwrap(), "after");
}
