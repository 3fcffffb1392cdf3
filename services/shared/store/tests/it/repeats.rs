//! One answer per request id.

use shiming_kernel::{Reason, RequestMeta, ServiceError as _};
use shiming_store::{Idempotency, Store, StoreError, fingerprint};
use shiming_testkit::{TestDatabase, on_each_database};

use crate::fixture::{add_note, count, entry, event, open, request};

on_each_database!(
    a_repeat_gets_the_first_answer,
    many_at_once_get_one_answer,
    the_same_id_for_another_command_is_refused,
    a_failed_attempt_leaves_the_place_free,
    checking_only_changes_nothing,
    answers_are_sealed,
    finishing_without_asking_first_still_answers_once,
);

/// Adds a note named after the attempt, so that a second one would show.
async fn answer(store: &Store, key: &Idempotency, name: &str) -> Result<String, StoreError> {
    store
        .retry("answer", || async {
            let tx = store.begin("answer").await?;
            if let Some(done) = tx.replayed::<String>(key).await? {
                return Ok(done);
            }
            add_note(tx.conn(), name).await?;
            tx.audit(entry(name));
            tx.emit(event("key", name));
            tx.finish(key, name.to_owned()).await
        })
        .await
}

async fn a_repeat_gets_the_first_answer(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let key = request("command");
    assert_eq!(answer(&store, &key, "first").await.unwrap(), "first");
    assert_eq!(answer(&store, &key, "second").await.unwrap(), "first");
    let other_scope = Idempotency { scope: "another person".to_owned(), ..key };
    assert_eq!(answer(&store, &other_scope, "third").await.unwrap(), "third");
    assert_eq!(count(store.reader(), "notes").await, 2);
    assert_eq!(count(store.reader(), "audit_log").await, 2);
    assert_eq!(count(store.reader(), "outbox").await, 2);
}

async fn many_at_once_get_one_answer(database: TestDatabase) {
    let fixture = open(database).await;
    let replica = fixture.another().await;
    let key = request("command");
    let names: Vec<String> = (0..12).map(|n| format!("attempt {n}")).collect();
    let calls = names.iter().enumerate().map(|(n, name)| {
        let store = if n % 2 == 0 { &fixture.store } else { &replica };
        answer(store, &key, name)
    });
    let answers: Vec<String> =
        futures::future::join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(count(fixture.store.reader(), "notes").await, 1);
}

async fn the_same_id_for_another_command_is_refused(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let key = request("command");
    answer(&store, &key, "first").await.unwrap();
    let reused = Idempotency { fingerprint: fingerprint(&"another command"), ..key };
    let error = answer(&store, &reused, "second").await.unwrap_err();
    assert_eq!(error.reason(), Reason::RequestIdReused);
}

async fn a_failed_attempt_leaves_the_place_free(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let key = request("command");
    let tx = store.begin("fails").await.unwrap();
    assert_eq!(tx.replayed::<String>(&key).await.unwrap(), None);
    let waiting = {
        let (store, key) = (store.clone(), key.clone());
        async move { answer(&store, &key, "second").await }
    };
    let fails = async {
        add_note(tx.conn(), "first").await.unwrap();
        drop(tx);
    };
    let (second, ()) = tokio::join!(waiting, fails);
    assert_eq!(second.unwrap(), "second");
}

async fn checking_only_changes_nothing(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let key = request("command");
    let check = Idempotency { request: RequestMeta { validate_only: true, ..key.request }, ..key.clone() };
    assert_eq!(answer(&store, &check, "check").await.unwrap(), "check");
    for table in ["notes", "idempotency", "audit_log", "outbox"] {
        assert_eq!(count(store.reader(), table).await, 0, "{table}");
    }
    assert_eq!(answer(&store, &key, "real").await.unwrap(), "real");
}

async fn answers_are_sealed(database: TestDatabase) {
    use sea_orm::ConnectionTrait as _;
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let key = request("command");
    answer(&store, &key, "a phone number").await.unwrap();
    let query = sea_orm::sea_query::Query::select().column("response").from("idempotency").to_owned();
    let row = store.reader().query_one(&query).await.unwrap().unwrap();
    let stored: Vec<u8> = row.try_get("", "response").unwrap();
    let shows = |part: &[u8]| stored.windows(part.len()).any(|window| window == part);
    assert!(!shows(b"a phone number"));
    assert!(!shows(&key.fingerprint), "a bare hash of a guessable command can be guessed");
}

async fn finishing_without_asking_first_still_answers_once(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    let key = request("command");
    let tx = store.begin("test").await.unwrap();
    tx.finish(&key, 1).await.unwrap();
    let tx = store.begin("test").await.unwrap();
    assert!(matches!(tx.finish(&key, 2).await, Err(StoreError::InFlight)));
    let tx = store.begin("test").await.unwrap();
    assert_eq!(tx.replayed::<i32>(&key).await.unwrap(), Some(1));
}
