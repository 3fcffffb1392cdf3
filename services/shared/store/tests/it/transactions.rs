//! Commit, rollback, refusals told apart, and running again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::ConnectionTrait as _;
use shiming_kernel::{ErrorKind, ServiceError as _, SystemClock};
use shiming_store::{Store, StoreConfig, StoreError};
use shiming_testkit::{TestDatabase, on_each_database};
use tokio::sync::Barrier;
use uuid::Uuid;

use crate::fixture::{Migrator, add_note, bump, count, open, total};

on_each_database!(
    what_commits_stays_and_nothing_else,
    a_unique_index_is_named_alike,
    a_foreign_key_is_told_apart,
    many_writers_all_come_through,
    migrations_take_turns,
    times_come_back_as_they_were_written,
);

async fn what_commits_stays_and_nothing_else(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let tx = store.begin("test").await.unwrap();
    add_note(tx.conn(), "kept").await.unwrap();
    assert_eq!(count(store.reader(), "notes").await, 0, "nobody sees it before the commit");
    tx.commit().await.unwrap();
    let tx = store.begin("test").await.unwrap();
    add_note(tx.conn(), "rolled back").await.unwrap();
    tx.rollback().await.unwrap();
    let tx = store.begin("test").await.unwrap();
    add_note(tx.conn(), "dropped").await.unwrap();
    drop(tx);
    let tx = store.begin("test").await.unwrap();
    assert_eq!(count(tx.conn(), "notes").await, 1);
    store.ping().await.unwrap();
}

async fn a_unique_index_is_named_alike(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let tx = store.begin("test").await.unwrap();
    add_note(tx.conn(), "slug").await.unwrap();
    let error = add_note(tx.conn(), "slug").await.unwrap_err();
    assert!(error.is_unique("uq_notes_slug"), "{error:?}");
    assert!(!format!("{error:?}").contains("(slug)=("), "no key values: {error:?}");
}

async fn a_foreign_key_is_told_apart(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let tx = store.begin("test").await.unwrap();
    let row = sea_orm::sea_query::Query::insert()
        .into_table("answers")
        .columns(["note_id"])
        .values_panic([Uuid::now_v7().into()])
        .to_owned();
    let error = StoreError::from(tx.conn().execute(&row).await.unwrap_err());
    assert!(matches!(error, StoreError::ForeignKey(_)), "{error:?}");
}

async fn many_writers_all_come_through(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let tx = store.begin("test").await.unwrap();
    for slug in ["a", "b"] {
        add_note(tx.conn(), slug).await.unwrap();
    }
    tx.commit().await.unwrap();
    let writers = (0..16).map(|_| async {
        let store = store.clone();
        let done: Result<(), StoreError> = store
            .retry("test", || async {
                let tx = store.begin("test").await?;
                bump(tx.conn(), "a").await?;
                bump(tx.conn(), "b").await?;
                tx.commit().await
            })
            .await;
        done.unwrap();
    });
    futures::future::join_all(writers).await;
    assert_eq!(total(store.reader()).await, 32);
}

async fn migrations_take_turns(database: TestDatabase) {
    let fixture = open(database).await;
    let (one, two) = (fixture.another().await, fixture.another().await);
    let (one, two) = tokio::join!(one.migrate::<Migrator>(), two.migrate::<Migrator>());
    one.unwrap();
    two.unwrap();
}

async fn times_come_back_as_they_were_written(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let now = store.now();
    assert_eq!(now.timestamp_subsec_nanos() % 1_000, 0);
    crate::fixture::commit(&store, |tx| tx.audit(crate::fixture::entry("s"))).await;
    assert!(shiming_store::verify_audit(&store, 1, None).await.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_runs_again_until_both_are_through() {
    let Some(database) = TestDatabase::postgres() else { return };
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let tx = store.begin("test").await.unwrap();
    for slug in ["a", "b"] {
        add_note(tx.conn(), slug).await.unwrap();
    }
    tx.commit().await.unwrap();
    let (both, attempts) = (Arc::new(Barrier::new(2)), AtomicU32::new(0));
    let cross = |first: &'static str, second: &'static str| {
        let (store, both, attempts) = (&store, &both, &attempts);
        let mut repeated = false;
        store.retry("test", move || {
            let first_time = !std::mem::replace(&mut repeated, true);
            async move {
                attempts.fetch_add(1, Ordering::Relaxed);
                let tx = store.begin("test").await?;
                bump(tx.conn(), first).await?;
                if first_time {
                    both.wait().await;
                }
                bump(tx.conn(), second).await?;
                tx.commit().await
            }
        })
    };
    let (one, two): (Result<(), StoreError>, Result<(), StoreError>) =
        tokio::join!(cross("a", "b"), cross("b", "a"));
    one.unwrap();
    two.unwrap();
    assert_eq!(total(store.reader()).await, 4);
    assert_eq!(attempts.load(Ordering::Relaxed), 3, "one of them ran again");
}

#[tokio::test]
async fn a_busy_file_is_contention_and_runs_again() {
    let fixture = open(TestDatabase::sqlite()).await;
    let mut config = StoreConfig::new(fixture.database.url());
    config.lock_timeout_ms = 20;
    let other = Store::connect(&config, SystemClock::shared(), fixture.sealer.clone()).await.unwrap();
    let holder = fixture.store.begin("holder").await.unwrap();
    let error = other.begin("test").await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Aborted, true), "{error:?}");
    let mut holder = Some(holder);
    let tries = AtomicU32::new(0);
    let through: Result<(), StoreError> = other
        .retry("test", || {
            if tries.fetch_add(1, Ordering::Relaxed) == 1 {
                drop(holder.take());
            }
            async { other.begin("test").await?.commit().await }
        })
        .await;
    through.unwrap();
}

#[tokio::test]
async fn readers_of_a_file_refuse_to_write() {
    let fixture = open(TestDatabase::sqlite()).await;
    let store = fixture.store.clone();
    assert!(add_note(store.reader(), "slug").await.is_err());
}

#[tokio::test]
async fn what_can_not_be_used_is_refused_at_the_start() {
    for url in ["sqlite::memory:", "mysql://h/d"] {
        let fixture = open(TestDatabase::sqlite()).await;
        let sealer = fixture.sealer;
        let refused = Store::connect(&StoreConfig::new(url), SystemClock::shared(), sealer).await;
        assert!(matches!(refused, Err(StoreError::Config(_))));
    }
}
