//! Where the database is and how patient we are with it.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use shiming_kernel::Redacted;

/// A service's `[store]` section.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite://data/identity.db` (a file; its folder is created) or `postgres://user:password@host/database`. May hold a
    /// password, so it never prints.
    pub url: Redacted<String>,
    /// Connections of the pool. On SQLite they are readers: there is always exactly one writer.
    #[serde(default = "defaults::max_connections")]
    pub max_connections: u32,
    /// How long a call waits for a connection before it answers UNAVAILABLE, in milliseconds.
    #[serde(default = "defaults::acquire_timeout_ms")]
    pub acquire_timeout_ms: u64,
    /// After which PostgreSQL aborts a statement, in milliseconds.
    #[serde(default = "defaults::statement_timeout_ms")]
    pub statement_timeout_ms: u64,
    /// After which a statement waiting for a row lock (or SQLite's file lock) gives up, in milliseconds.
    #[serde(default = "defaults::lock_timeout_ms")]
    pub lock_timeout_ms: u64,
    /// A statement slower than this is logged (its text with placeholders, never its values), in milliseconds.
    #[serde(default = "defaults::slow_query_ms")]
    pub slow_query_ms: u64,
}

impl StoreConfig {
    /// Defaults for everything but the place.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Redacted::new(url.into()),
            max_connections: defaults::max_connections(),
            acquire_timeout_ms: defaults::acquire_timeout_ms(),
            statement_timeout_ms: defaults::statement_timeout_ms(),
            lock_timeout_ms: defaults::lock_timeout_ms(),
            slow_query_ms: defaults::slow_query_ms(),
        }
    }

    /// What is wrong with the section, one sentence each; empty when it can be used.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.max_connections == 0 {
            problems.push("store.max_connections must be at least 1".to_owned());
        }
        match self.place() {
            Place::Unknown => problems.push("store.url must start with sqlite:// or postgres://".to_owned()),
            Place::SqliteMemory => {
                problems.push("store.url: SQLite in memory isn't supported, name a file".to_owned());
            }
            Place::SqliteFile(_) | Place::Postgres => {}
        }
        problems
    }

    pub(crate) fn place(&self) -> Place {
        let url = self.url.expose();
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Place::Postgres;
        }
        let Some(rest) = url.strip_prefix("sqlite:") else { return Place::Unknown };
        let path = rest.trim_start_matches("//").split('?').next().unwrap_or_default();
        if path.is_empty() || path.contains(":memory:") || url.contains("mode=memory") {
            return Place::SqliteMemory;
        }
        Place::SqliteFile(PathBuf::from(path))
    }

    pub(crate) fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }
}

/// What the URL points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    SqliteFile(PathBuf),
    SqliteMemory,
    Postgres,
    Unknown,
}

mod defaults {
    pub(super) fn max_connections() -> u32 {
        8
    }
    pub(super) fn acquire_timeout_ms() -> u64 {
        2_000
    }
    pub(super) fn statement_timeout_ms() -> u64 {
        10_000
    }
    pub(super) fn lock_timeout_ms() -> u64 {
        5_000
    }
    pub(super) fn slow_query_ms() -> u64 {
        250
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_apart_and_memory_is_refused() {
        let place = |url: &str| StoreConfig::new(url).place();
        assert_eq!(place("sqlite://data/a.db?mode=rwc"), Place::SqliteFile("data/a.db".into()));
        assert_eq!(place("sqlite:///var/a.db"), Place::SqliteFile("/var/a.db".into()));
        assert_eq!(place("postgres://u:p@h/d"), Place::Postgres);
        assert_eq!(place("mysql://h/d"), Place::Unknown);
        assert_eq!(StoreConfig::new("sqlite::memory:").problems().len(), 1);
        assert!(StoreConfig::new("postgres://h/d").problems().is_empty());
    }

    #[test]
    fn the_password_never_prints() {
        assert!(!format!("{:?}", StoreConfig::new("postgres://u:secret@h/d")).contains("secret"));
    }
}
