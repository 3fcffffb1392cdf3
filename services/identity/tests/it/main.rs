//! Identity as a whole: the real layers on a loopback socket, the real database, a cache under a clock that tests move; face-auth and
//! messaging are stood in for in memory.
//!
//! What depends on the database (transactions that meet, SQL that differs, what is stored) runs on SQLite and on PostgreSQL; what is decided
//! before or beside it runs on SQLite.

#![expect(clippy::unwrap_used, reason = "tests")]

/// Makes a test of every `async fn name(TestDatabase)`, on SQLite.
macro_rules! on_sqlite {
    ($($name:ident),+ $(,)?) => {
        mod beside_the_database {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(shiming_testkit::TestDatabase::sqlite()).await;
            })+
        }
    };
}

mod audit;
mod codes;
mod collection;
mod collection_abuse;
mod consents;
mod doubles;
mod eraser;
mod failures;
mod login;
mod people;
mod persons;
mod replicas;
mod sessions;
mod step_up;
mod world;
