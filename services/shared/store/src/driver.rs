//! Driver errors, told apart in one place for both databases.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{DbErr, RuntimeErr};

use crate::cause::Cause;
use crate::error::StoreError;
use crate::schema::unique_name;

impl From<DbErr> for StoreError {
    #[expect(
        clippy::match_same_arms,
        reason = "every variant is named, so that a new one is looked at and not swallowed"
    )]
    fn from(error: DbErr) -> Self {
        let said = Cause::of(&error);
        match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(said),
            DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
                let class = classify(cause);
                class.into_error(said)
            }
            DbErr::Exec(RuntimeErr::Internal(_))
            | DbErr::Query(RuntimeErr::Internal(_))
            | DbErr::TryIntoErr { .. }
            | DbErr::ConvertFromU64(_)
            | DbErr::UnpackInsertId
            | DbErr::UpdateGetPrimaryKey
            | DbErr::RecordNotFound(_)
            | DbErr::AttrNotSet(_)
            | DbErr::Custom(_)
            | DbErr::Type(_)
            | DbErr::Json(_)
            | DbErr::Migration(_)
            | DbErr::RecordNotInserted
            | DbErr::RecordNotUpdated
            | DbErr::BackendNotSupported { .. }
            | DbErr::KeyArityMismatch { .. }
            | DbErr::PrimaryKeyNotSet { .. }
            | DbErr::RbacError(_)
            | DbErr::AccessDenied { .. }
            | DbErr::MutexPoisonError => Self::Internal(said),
            // `DbErr` is non_exhaustive: what a later version adds is a defect until somebody looks at it here.
            _ => Self::Internal(said),
        }
    }
}

/// When a write was last refused as read-only. For the process: what serves all stores of an address serves none of them.
static READ_ONLY: Mutex<Option<Instant>> = Mutex::new(None);
/// While a server stays read-only its connections are made anew no oftener than this.
const RENEW_EVERY: Duration = Duration::from_secs(1);

fn note_read_only() {
    let mut last = READ_ONLY.lock().unwrap_or_else(PoisonError::into_inner);
    if last.is_none_or(|last| last.elapsed() >= RENEW_EVERY) {
        *last = Some(Instant::now());
    }
}

/// How long ago that was. Connections older than this are not lent again.
pub(crate) fn since_read_only() -> Option<Duration> {
    let last = *READ_ONLY.lock().unwrap_or_else(PoisonError::into_inner);
    last.map(|last| last.elapsed())
}

enum Class {
    Unique(String),
    ForeignKey,
    Contention,
    Unavailable,
    StatementTimeout,
    Internal,
}

impl Class {
    fn into_error(self, source: Cause) -> StoreError {
        match self {
            Self::Unique(constraint) => StoreError::Unique { constraint, source },
            Self::ForeignKey => StoreError::ForeignKey(source),
            Self::Contention => StoreError::Contention(source),
            Self::Unavailable => StoreError::Unavailable(source),
            Self::StatementTimeout => StoreError::StatementTimeout(source),
            Self::Internal => StoreError::Internal(source),
        }
    }
}

fn classify(error: &SqlxError) -> Class {
    match error {
        SqlxError::Database(refusal) => {
            let code = refusal.code().unwrap_or_default();
            match refusal.constraint() {
                Some(constraint) if code == "23505" => Class::Unique(constraint.to_owned()),
                _ => sqlite_class(&code, refusal.message()).unwrap_or_else(|| postgres_class(&code)),
            }
        }
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed
        | SqlxError::BeginFailed => Class::Unavailable,
        _ => Class::Internal,
    }
}

/// SQLSTATEs, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn postgres_class(code: &str) -> Class {
    match code {
        "23503" => Class::ForeignKey,
        // serialization_failure, deadlock_detected, lock_not_available
        "40001" | "40P01" | "55P03" => Class::Contention,
        "57014" => Class::StatementTimeout,
        // read_only_sql_transaction: a failover left us on the replica
        "25006" => {
            note_read_only();
            Class::Unavailable
        }
        // idle_in_transaction_session_timeout
        "25P03" => Class::Unavailable,
        // connection exceptions, insufficient resources, operator intervention, system errors
        _ if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => Class::Unavailable,
        _ => Class::Internal,
    }
}

/// Extended result codes, <https://www.sqlite.org/rescode.html>; `None` when the code is no SQLite code.
fn sqlite_class(code: &str, message: &str) -> Option<Class> {
    if code.len() == 5 {
        return None;
    }
    let code: u32 = code.parse().ok()?;
    Some(match (code, code & 0xff) {
        (1555 | 2067 | 2579, _) => Class::Unique(sqlite_constraint(message)),
        (787 | 1811, _) => Class::ForeignKey,
        // BUSY, LOCKED
        (_, 5 | 6) => Class::Contention,
        // IOERR, FULL, CANTOPEN
        (_, 10 | 13 | 14) => Class::Unavailable,
        _ => Class::Internal,
    })
}

/// `UNIQUE constraint failed: t.a, t.b` → `uq_t_a_b`; `… failed: index 'name'` → `name`.
fn sqlite_constraint(message: &str) -> String {
    let failed = message.rsplit("constraint failed: ").next().unwrap_or_default();
    if let Some(name) = failed.strip_prefix("index '") {
        return name.trim_end_matches('\'').to_owned();
    }
    let pairs: Vec<(&str, &str)> = failed.split(", ").filter_map(|column| column.split_once('.')).collect();
    let columns: Vec<&str> = pairs.iter().map(|(_, column)| *column).collect();
    pairs.first().map_or_else(|| failed.to_owned(), |(table, _)| unique_name(table, &columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_columns_become_the_index_name() {
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: outbox.event_id"), "uq_outbox_event_id");
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: a.x, a.y_z"), "uq_a_x_y_z");
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: index 'uq_expr'"), "uq_expr");
    }

    #[test]
    fn codes_are_told_apart() {
        assert!(matches!(sqlite_class("517", ""), Some(Class::Contention)));
        assert!(matches!(sqlite_class("14", ""), Some(Class::Unavailable)));
        assert!(sqlite_class("40001", "").is_none());
        assert!(matches!(postgres_class("40P01"), Class::Contention));
        assert!(matches!(postgres_class("57P01"), Class::Unavailable));
        assert!(matches!(postgres_class("57014"), Class::StatementTimeout));
        assert!(matches!(postgres_class("42P01"), Class::Internal));
    }
}
