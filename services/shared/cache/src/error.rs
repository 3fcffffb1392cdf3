//! What can go wrong with the cache.

use std::time::Duration;

use shiming_kernel::{Facts, Reason, ServiceError};

/// An error of the cache.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// Redis can't be reached or can't serve now. Whether the operation happened is unknown.
    #[error("cache unavailable")]
    Unavailable(#[source] redis::RedisError),
    /// No answer in time. Whether the operation happened is unknown.
    #[error("cache did not answer in time")]
    NoAnswer,
    /// Full of entries that must not be dropped (counters): the new one isn't kept, so callers must refuse.
    #[error("cache full")]
    Full,
    /// The key holds another type than the operation works on.
    #[error("cache key holds another type")]
    WrongType,
    /// An empty message can't be published.
    #[error("empty message")]
    EmptyMessage,
    /// The configuration can't be used.
    #[error("cache configuration: {0}")]
    Config(String),
    /// A defect: Redis refused the command.
    #[error("cache refused the command")]
    Internal(#[source] redis::RedisError),
}

impl ServiceError for CacheError {
    fn reason(&self) -> Reason {
        match self {
            Self::Unavailable(_) | Self::NoAnswer | Self::Full => Reason::Unavailable,
            Self::WrongType | Self::EmptyMessage | Self::Config(_) | Self::Internal(_) => Reason::Internal,
        }
    }

    fn facts(&self) -> Facts {
        Facts::wait((self.reason() == Reason::Unavailable).then_some(Duration::from_secs(1)))
    }
}

impl From<redis::RedisError> for CacheError {
    fn from(error: redis::RedisError) -> Self {
        use redis::{ErrorKind as Kind, ServerErrorKind as Server};
        if error.code() == Some("WRONGTYPE") {
            return Self::WrongType;
        }
        match error.kind() {
            Kind::Io
            | Kind::ClusterConnectionNotFound
            | Kind::MasterNameNotFoundBySentinel
            | Kind::NoValidReplicasFoundBySentinel
            | Kind::AuthenticationFailed
            | Kind::Server(
                Server::BusyLoading
                | Server::ClusterDown
                | Server::MasterDown
                | Server::ReadOnly
                | Server::Moved
                | Server::Ask
                | Server::TryAgain,
            ) => Self::Unavailable(error),
            _ if error.is_timeout() || error.is_connection_dropped() || error.is_unrecoverable_error() => {
                Self::Unavailable(error)
            }
            // Refusals for want of memory or replicas come as plain errors with these codes.
            _ if matches!(error.code(), Some("OOM" | "MISCONF" | "NOREPLICAS")) => Self::Unavailable(error),
            _ => Self::Internal(error),
        }
    }
}
