//! How the pools are opened on each database, and what is seen of their statements.
//!
//! sea-orm's `tracing-spans` feature puts an INFO span round every statement: `otel.kind = "client"`, `db.system`,
//! `db.operation` and `db.statement`, the SQL with placeholders. Values are bound, never written into the text, so a trace
//! reaches from the page to the SQL and holds no personal data. sqlx's own statement log is off.

use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::pool::PoolConnectionMetadata;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{AssertSqlSafe, Executor as _};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::config::{Place, StoreConfig};
use crate::driver;
use crate::error::StoreError;

const OWNERS: u32 = 0o600;
/// After this long idle a connection is tried before use: a restarted database is noticed here, not by a caller.
const SUSPICIOUS_AFTER: Duration = Duration::from_secs(1);

/// Somebody's transaction that lost its way must not hold the audit lock.
const LOST_AFTER_MS: u32 = 30_000;

pub(crate) struct Pools {
    pub(crate) reader: DatabaseConnection,
    pub(crate) writer: DatabaseConnection,
}

pub(crate) async fn open(config: &StoreConfig) -> Result<Pools, StoreError> {
    let mut pools = match config.place() {
        Place::SqliteFile(path) => {
            if let Some(folder) = path.parent() {
                let made = tokio::fs::create_dir_all(folder).await;
                made.map_err(|error| StoreError::Config(format!("{}: {error}", folder.display())))?;
            }
            own(&path).await.map_err(|error| StoreError::Config(format!("{}: {error}", path.display())))?;
            let writer = sqlite(config, 1, false).await?;
            Pools { reader: sqlite(config, config.max_connections, true).await?, writer }
        }
        Place::Postgres | Place::SqliteMemory | Place::Unknown => {
            let pool = Database::connect(postgres(config, config.max_connections)).await?;
            Pools { reader: pool.clone(), writer: pool }
        }
    };
    let slow = Duration::from_millis(config.slow_query_ms);
    for pool in [&mut pools.reader, &mut pools.writer] {
        pool.set_metric_callback(move |info| {
            if info.elapsed >= slow {
                let duration_ms = u64::try_from(info.elapsed.as_millis()).unwrap_or(u64::MAX);
                tracing::warn!(db.statement = info.statement.sql, duration_ms, info.failed, "slow query");
            }
        });
    }
    Ok(pools)
}

/// Nobody else on this machine reads the database: its file is its owner's alone, one that was made with wider rights too. SQLite gives
/// the files beside it the same rights.
async fn own(path: &Path) -> std::io::Result<()> {
    tokio::fs::OpenOptions::new().create(true).append(true).mode(OWNERS).open(path).await?;
    for beside in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(beside);
        match tokio::fs::set_permissions(Path::new(&name), Permissions::from_mode(OWNERS)).await {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// A pool of two without time limits, on PostgreSQL: one connection holds the lock, the other migrates.
pub(crate) async fn for_migrations(config: &StoreConfig) -> Result<Option<DatabaseConnection>, StoreError> {
    if config.place() != Place::Postgres {
        return Ok(None);
    }
    let mut options = basics(config, 2);
    options.map_sqlx_postgres_opts(|options| options.extra_float_digits(None));
    Ok(Some(Database::connect(options).await?))
}

fn basics(config: &StoreConfig, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(config.url.expose().clone());
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(config.acquire_timeout())
        .test_before_acquire_if_idle_for(SUSPICIOUS_AFTER)
        .sqlx_logging(false)
        .set_application_name("shiming");
    options
}

fn postgres(config: &StoreConfig, connections: u32) -> ConnectOptions {
    // Asked for by statements, and nothing but the usual parameters at the start: a pooler refuses others.
    let limits = format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {LOST_AFTER_MS}",
        config.statement_timeout_ms, config.lock_timeout_ms
    );
    let mut options = basics(config, connections);
    options
        .map_sqlx_postgres_opts(|options| options.extra_float_digits(None))
        .map_sqlx_postgres_pool_opts(move |pool| {
            let limits = limits.clone();
            pool.after_connect(move |connection, _| {
                let limits = AssertSqlSafe(limits.clone());
                Box::pin(async move { connection.execute(limits).await.map(drop) })
            })
        })
        .map_sqlx_postgres_before_acquire(|_, connection| {
            Box::pin(async move { Ok(may_write(&connection)) })
        });
    options
}

/// Whether nothing was refused as read-only since the connection was made: a server that was the primary still answers pings.
fn may_write(connection: &PoolConnectionMetadata) -> bool {
    driver::since_read_only().is_none_or(|since| connection.age < since)
}

async fn sqlite(
    config: &StoreConfig,
    connections: u32,
    reader: bool,
) -> Result<DatabaseConnection, StoreError> {
    let busy = Duration::from_millis(config.lock_timeout_ms);
    let mut options = basics(config, connections);
    options.map_sqlx_sqlite_opts(move |options| {
        let options = options
            .create_if_missing(!reader)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(busy);
        if reader { options.pragma("query_only", "ON") } else { options }
    });
    Ok(Database::connect(options).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("new.db"), folder.path().join("old.db"));
        std::fs::write(&old, "kept").unwrap();
        std::fs::set_permissions(&old, Permissions::from_mode(0o644)).unwrap();
        for path in [&new, &old] {
            own(path).await.unwrap();
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, OWNERS);
        }
        assert_eq!(std::fs::read(&old).unwrap(), b"kept");
    }
}
