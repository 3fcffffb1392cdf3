//! One suite, every database: what the store promises is tested on SQLite and on PostgreSQL by the same functions.
//!
//! ```ignore
//! shiming_testkit::on_each_database!(commit_keeps_rows, rollback_keeps_nothing);
//!
//! async fn commit_keeps_rows(database: shiming_testkit::TestDatabase) { … database.url() … }
//! ```

use tempfile::TempDir;

use crate::postgres::{self, Cluster};

/// An empty database for one test; it goes when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    backend: Backend,
    _folder: Option<TempDir>,
    _in_cluster: Option<InCluster>,
}

#[derive(Debug)]
struct InCluster(Cluster, String);

impl Drop for InCluster {
    fn drop(&mut self) {
        // The database of a test that failed goes with the cluster.
        if !std::thread::panicking() {
            self.0.remove(&self.1);
        }
    }
}

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file in a temporary folder.
    Sqlite,
    /// A database of the cluster that the tests share.
    Postgres,
}

impl TestDatabase {
    /// An empty SQLite file.
    pub fn sqlite() -> Self {
        let folder =
            tempfile::Builder::new().prefix("shiming-sqlite-").tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
        Self { url, backend: Backend::Sqlite, _folder: Some(folder), _in_cluster: None }
    }

    /// An empty PostgreSQL database, or `None` when `SHIMING_TEST_POSTGRES=off` says so (and then it is said on stderr).
    pub fn postgres() -> Option<Self> {
        if postgres_is_off() {
            eprintln!("skipped on PostgreSQL: SHIMING_TEST_POSTGRES=off");
            return None;
        }
        let (cluster, name) = (postgres::shared(), format!("test_{}", uuid::Uuid::now_v7().simple()));
        cluster.create(&name);
        Some(Self {
            url: cluster.url(&name),
            backend: Backend::Postgres,
            _folder: None,
            _in_cluster: Some(InCluster(cluster, name)),
        })
    }

    /// `sqlite://…` or `postgres://…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        self.backend
    }
}

/// Whether the environment says that this machine has no PostgreSQL.
#[expect(clippy::disallowed_methods, reason = "a switch of the test run, not a setting of the product")]
pub fn postgres_is_off() -> bool {
    std::env::var("SHIMING_TEST_POSTGRES").is_ok_and(|value| value == "off")
}

/// Makes two tests, `sqlite::name` and `postgres::name`, of every `async fn name(TestDatabase)`.
#[macro_export]
macro_rules! on_each_database {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::TestDatabase::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(database) = $crate::TestDatabase::postgres() {
                    super::$name(database).await;
                }
            })+
        }
    };
}
