//! The audit chain holds under concurrency, shows every kind of tampering, and nothing happens without it.

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait as _;
use shiming_kernel::{ErrorKind, ServiceError as _};
use shiming_store::{AuditPlace, Broken, Flaw, Store, StoreError, verify_audit, verify_audit_stretch};
use shiming_testkit::{Backend, TestDatabase, on_each_database};

use crate::fixture::{add_note, commit, count, entry, open};

on_each_database!(
    sixteen_writers_make_one_chain,
    rows_can_not_be_changed,
    tampering_is_found,
    without_an_audit_row_nothing_happens,
    an_empty_chain_verifies,
    a_statement_can_name_its_own_row,
    the_chain_is_walked_in_stretches,
);

async fn sixteen_writers_make_one_chain(database: TestDatabase) {
    let fixture = open(database).await;
    let replica = fixture.another().await;
    let writers = (0..16).map(|n| {
        let store = if n % 2 == 0 { fixture.store.clone() } else { replica.clone() };
        async move {
            for turn in 0..5 {
                commit(&store, |tx| {
                    tx.audit(entry(&format!("{n} {turn}")));
                    tx.audit(entry(&format!("{n} {turn} again")));
                })
                .await;
            }
        }
    });
    futures::future::join_all(writers).await;
    let whole = verify_audit(&fixture.store, 1, None).await.unwrap().unwrap();
    assert_eq!((whole.rows, whole.last_seq), (160, 160));
    let part = verify_audit(&fixture.store, 100, Some(120)).await.unwrap().unwrap();
    assert_eq!((part.rows, part.last_seq), (21, 120));
}

async fn an_empty_chain_verifies(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    assert_eq!(verify_audit(&store, 1, None).await.unwrap().unwrap().rows, 0);
}

async fn a_statement_can_name_its_own_row(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    commit(&store, |tx| tx.audit(entry("before"))).await;
    let tx = store.begin("statement").await.unwrap();
    tx.audit(entry("statement"));
    let place = tx.place_audit().await.unwrap();
    tx.commit().await.unwrap();
    commit(&store, |tx| tx.audit(entry("after"))).await;
    let row = verify_audit(&store, 2, Some(2)).await.unwrap().unwrap();
    assert_eq!((place.seq, place.hash), (row.last_seq, row.last_hash));
    assert_eq!(verify_audit(&store, 1, None).await.unwrap().unwrap().rows, 3, "and it is written once");
}

async fn write(store: &Store, sql: &str) -> Result<(), StoreError> {
    let tx = store.begin("tamper").await?;
    tx.conn().execute_unprepared(sql).await?;
    tx.commit().await
}

async fn rows_can_not_be_changed(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    commit(&store, |tx| tx.audit(entry("s"))).await;
    assert!(write(&store, "UPDATE audit_log SET actor = 'nobody'").await.is_err());
    assert!(write(&store, "DELETE FROM audit_log").await.is_err());
    assert!(verify_audit(&store, 1, None).await.unwrap().is_ok());
}

async fn tampering_is_found(database: TestDatabase) {
    let backend = database.backend();
    let fixture = open(database).await;
    let store = fixture.store.clone();
    for n in 0..9 {
        commit(&store, |tx| tx.audit(entry(&n.to_string()))).await;
    }
    let unlock: &[&str] = match backend {
        Backend::Sqlite => &["DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"],
        Backend::Postgres => &["DROP TRIGGER audit_log_append_only ON audit_log"],
    };
    for sql in unlock {
        write(&store, sql).await.unwrap();
    }
    let broken = async |sql: &str| {
        write(&store, sql).await.unwrap();
        verify_audit(&store, 1, None).await.unwrap().unwrap_err()
    };
    // From the end to the beginning: each is the first break when it is found.
    let appended = "INSERT INTO audit_log SELECT 10, create_time, actor, action, subject, detail, trace_id, hash, hash \
                    FROM audit_log WHERE seq = 9";
    assert_eq!(broken(appended).await, Broken { at: 10, flaw: Flaw::Head });
    assert_eq!(broken("DELETE FROM audit_log WHERE seq >= 9").await, Broken { at: 9, flaw: Flaw::Missing });
    assert_eq!(broken("DELETE FROM audit_log WHERE seq = 7").await, Broken { at: 7, flaw: Flaw::Missing });
    let subject = "UPDATE audit_log SET subject = 'somebody else' WHERE seq = 5";
    assert_eq!(broken(subject).await, Broken { at: 5, flaw: Flaw::Changed });
    let copied = "UPDATE audit_log SET hash = (SELECT hash FROM audit_log WHERE seq = 2) WHERE seq = 3";
    assert_eq!(broken(copied).await, Broken { at: 3, flaw: Flaw::Changed });
    assert!(verify_audit(&store, 1, Some(2)).await.unwrap().is_ok());
}

async fn without_an_audit_row_nothing_happens(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    write(&store, "DROP TABLE audit_log").await.unwrap();
    let tx = store.begin("test").await.unwrap();
    add_note(tx.conn(), "unaudited").await.unwrap();
    tx.audit(entry("s"));
    let error = tx.commit().await.unwrap_err();
    assert!(matches!(error, StoreError::AuditUnwritable(_)), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(count(store.reader(), "notes").await, 0);
}

async fn the_chain_is_walked_in_stretches(database: TestDatabase) {
    let fixture = open(database).await;
    let store = fixture.store.clone();
    for n in 0..7 {
        commit(&store, |tx| tx.audit(entry(&n.to_string()))).await;
    }
    let later = || Instant::now() + Duration::from_mins(1);
    let first = verify_audit_stretch(&store, None, 4, later()).await.unwrap();
    assert_eq!((first.rows, first.last.seq, first.head.seq, first.is_done()), (4, 4, 7, false));
    let second = verify_audit_stretch(&store, Some(first.last), 4, later()).await.unwrap();
    assert_eq!((second.rows, second.last.clone(), second.is_done()), (3, second.head.clone(), true));
    let again = verify_audit_stretch(&store, Some(second.head), 4, later()).await.unwrap();
    assert_eq!((again.rows, again.broken, again.is_done()), (0, None, true));
    let late = verify_audit_stretch(&store, None, 4, Instant::now()).await.unwrap();
    assert_eq!((late.rows, late.is_done()), (0, false));
    let remembered = AuditPlace { seq: 5, hash: vec![7; 32] };
    let rewritten = verify_audit_stretch(&store, Some(remembered), 4, later()).await.unwrap();
    assert_eq!(rewritten.broken, Some(Broken { at: 5, flaw: Flaw::Changed }));
    let beyond = verify_audit_stretch(&store, Some(AuditPlace { seq: 8, hash: vec![7; 32] }), 4, later());
    assert_eq!(beyond.await.unwrap().broken, Some(Broken { at: 8, flaw: Flaw::Missing }));
}
