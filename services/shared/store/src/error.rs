//! What can go wrong with the database, told apart as far as callers can act on it.
//!
//! `Display` never repeats its source, and `Debug` prints no more than the error chain does.

use std::fmt;
use std::time::Duration;

use serde_json::error::Category;
use shiming_crypto::CryptoError;
use shiming_kernel::{Facts, Reason, ServiceError};

use crate::cause::Cause;

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
        source: Cause,
    },
    /// A row that others point at can't go, or points at nothing.
    #[error("foreign key refused the row")]
    ForeignKey(#[source] Cause),
    /// Lost against a concurrent transaction (serialization failure, deadlock, lock timeout, SQLite busy). Retried by
    /// [`Store::retry`](crate::Store::retry).
    #[error("lost against a concurrent transaction")]
    Contention(#[source] Cause),
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
    Unavailable(#[source] Cause),
    /// The database (or the way to it) didn't answer in time.
    #[error("database did not answer in time")]
    NoAnswer,
    /// A statement ran longer than `statement_timeout_ms`.
    #[error("statement timed out")]
    StatementTimeout(#[source] Cause),
    /// The audit row couldn't be written, so nothing was.
    #[error("audit log not writable")]
    AuditUnwritable(#[source] Cause),
    /// A sealed value couldn't be sealed or opened.
    #[error("sealed value of the store")]
    Sealed(#[from] CryptoError),
    /// A stored answer couldn't be written as or read from JSON. (serde's own words would quote the value.)
    #[error("stored value has another shape ({0:?})")]
    Shape(Category),
    /// The configuration can't be used.
    #[error("store configuration: {0}")]
    Config(String),
    /// A defect: wrong SQL, a wrong type, a broken schema.
    #[error("database refused the statement")]
    Internal(#[source] Cause),
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
    fn reason(&self) -> Reason {
        match self {
            Self::Contention(_) | Self::InFlight => Reason::ConcurrentChange,
            Self::RequestIdReused => Reason::RequestIdReused,
            Self::PageTokenInvalid => Reason::PageTokenInvalid,
            Self::Unavailable(_) | Self::NoAnswer | Self::AuditUnwritable(_) => Reason::Unavailable,
            Self::StatementTimeout(_) => Reason::DeadlineExceeded,
            Self::Unique { .. }
            | Self::ForeignKey(_)
            | Self::Sealed(_)
            | Self::Shape(_)
            | Self::Config(_)
            | Self::Internal(_) => Reason::Internal,
        }
    }

    fn facts(&self) -> Facts {
        Facts::wait((self.reason() == Reason::Unavailable).then_some(Duration::from_secs(1)))
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Shape(error.classify())
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

#[cfg(test)]
mod tests {
    use sea_orm::DbErr;

    use super::*;

    #[test]
    fn unavailable_says_when_to_come_back() {
        let error = StoreError::Unavailable(Cause::of(&DbErr::Custom("gone".into())));
        assert_eq!(error.reason(), Reason::Unavailable);
        assert!(error.facts().retry_after.is_some());
        assert_eq!(format!("{error:?}"), "database unavailable: Custom Error: gone");
    }

    #[test]
    fn a_wrong_shape_does_not_quote_the_value() {
        let error = serde_json::from_str::<u32>("\"13800138000\"").map_err(StoreError::from).unwrap_err();
        assert_eq!(format!("{error:?}"), "stored value has another shape (Data)");
    }
}
