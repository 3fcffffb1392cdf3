//! What can go wrong with the database, told apart as far as callers can act on it.
//!
//! Driver errors are read in one place, [`classify`](self), on both databases. `Display` never repeats its source, and `Debug`
//! prints no more than the error chain does: a driver's own `Debug` holds key values.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{DbErr, RuntimeErr};
use shiming_crypto::CryptoError;
use shiming_kernel::{ErrorKind, ServiceError};

use crate::schema::unique_name;

/// An error of the store. Services keep it as the source of their own error.
#[derive(thiserror::Error)]
pub enum StoreError {
    /// A unique index refused the row; `constraint` is `uq_<table>_<columns>` on both databases (see [`crate::unique_index`]).
    #[error("unique constraint {constraint} refused the row")]
    Unique {
        /// The violated index.
        constraint: String,
        /// The driver's words.
        #[source]
        source: DbErr,
    },
    /// A row that others point at can't go, or points at nothing.
    #[error("foreign key refused the row")]
    ForeignKey(#[source] DbErr),
    /// Lost against a concurrent transaction (serialization failure, deadlock, lock timeout, SQLite busy). Retried by
    /// [`Store::retry`](crate::Store::retry).
    #[error("lost against a concurrent transaction")]
    Contention(#[source] DbErr),
    /// The same request is being answered at this moment. Retried by [`Store::retry`](crate::Store::retry).
    #[error("the same request is being answered by another call")]
    InFlight,
    /// The request id was used for another command.
    #[error("request id used for another command")]
    RequestIdReused,
    /// The page token isn't ours, or belongs to another list or filter.
    #[error("page token is not of this list")]
    PageTokenInvalid,
    /// The database can't be reached, or no connection came free in time. After a commit: whether it happened is unknown, and a
    /// repeat with the same request id finds out.
    #[error("database unavailable")]
    Unavailable(#[source] DbErr),
    /// The database (or the way to it) didn't answer in time.
    #[error("database did not answer in time")]
    NoAnswer,
    /// A statement ran longer than `statement_timeout_ms`.
    #[error("statement timed out")]
    StatementTimeout(#[source] DbErr),
    /// The audit row couldn't be written, so nothing was.
    #[error("audit log not writable")]
    AuditUnwritable(#[source] DbErr),
    /// A sealed value couldn't be sealed or opened.
    #[error("sealed value of the store")]
    Sealed(#[from] CryptoError),
    /// A stored answer or detail couldn't be written as or read from JSON.
    #[error("stored value has another shape")]
    Shape(#[from] serde_json::Error),
    /// The configuration can't be used.
    #[error("store configuration: {0}")]
    Config(String),
    /// A defect: wrong SQL, a wrong type, a broken schema.
    #[error("database refused the statement")]
    Internal(#[source] DbErr),
}

impl StoreError {
    /// Whether running the whole transaction again may succeed.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Contention(_) | Self::InFlight)
    }

    /// Whether the unique index of this name refused the row.
    pub fn is_unique(&self, name: &str) -> bool {
        matches!(self, Self::Unique { constraint, .. } if constraint == name)
    }
}

impl ServiceError for StoreError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Contention(_) | Self::InFlight => ErrorKind::Aborted,
            Self::RequestIdReused => ErrorKind::AlreadyExists,
            Self::PageTokenInvalid => ErrorKind::InvalidArgument,
            Self::Unavailable(_) | Self::NoAnswer | Self::AuditUnwritable(_) => ErrorKind::Unavailable,
            Self::StatementTimeout(_) => ErrorKind::DeadlineExceeded,
            Self::Unique { .. }
            | Self::ForeignKey(_)
            | Self::Sealed(_)
            | Self::Shape(_)
            | Self::Config(_)
            | Self::Internal(_) => ErrorKind::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self.kind() {
            ErrorKind::Aborted => "CONCURRENT_CHANGE",
            ErrorKind::AlreadyExists => "REQUEST_ID_REUSED",
            ErrorKind::InvalidArgument => "PAGE_TOKEN_INVALID",
            ErrorKind::Unavailable => "UNAVAILABLE",
            ErrorKind::DeadlineExceeded => "DEADLINE_EXCEEDED",
            ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::NotFound
            | ErrorKind::FailedPrecondition
            | ErrorKind::ResourceExhausted
            | ErrorKind::Internal => "INTERNAL",
        }
    }

    fn message(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self.kind() {
            ErrorKind::Aborted => "信息刚刚被修改，请刷新后重试",
            ErrorKind::AlreadyExists => "请求编号已用于其他操作，请重新提交",
            ErrorKind::InvalidArgument => "翻页信息已失效，请返回第一页",
            ErrorKind::Unavailable | ErrorKind::DeadlineExceeded => "系统繁忙，请稍后再试",
            ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::NotFound
            | ErrorKind::FailedPrecondition
            | ErrorKind::ResourceExhausted
            | ErrorKind::Internal => "系统异常，请稍后再试",
        })
    }

    fn retry_after(&self) -> Option<Duration> {
        (self.kind() == ErrorKind::Unavailable).then_some(Duration::from_secs(1))
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl From<DbErr> for StoreError {
    #[expect(
        clippy::match_same_arms,
        reason = "every variant is named, so that a new one is looked at and not swallowed"
    )]
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => Self::Unavailable(error),
            DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
                let class = classify(cause);
                class.into_error(error)
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
            | DbErr::MutexPoisonError => Self::Internal(error),
            // `DbErr` is non_exhaustive: what a later version adds is a defect until somebody looks at it here.
            _ => Self::Internal(error),
        }
    }
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
    fn into_error(self, source: DbErr) -> StoreError {
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
        // read_only_sql_transaction: a failover left us on the replica; idle_in_transaction_session_timeout
        "25006" | "25P03" => Class::Unavailable,
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

    #[test]
    fn unavailable_says_when_to_come_back() {
        let error = StoreError::Unavailable(DbErr::Custom("gone".into()));
        assert_eq!((error.kind(), error.reason()), (ErrorKind::Unavailable, "UNAVAILABLE"));
        assert!(error.retry_after().is_some());
        assert_eq!(format!("{error:?}"), "database unavailable: Custom Error: gone");
    }
}
