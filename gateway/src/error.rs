//! What the gateway refuses by itself, and what it passes on from the services.

use std::borrow::Cow;
use std::time::Duration;

use shiming_cache::CacheError;
use shiming_exposed::{Defect, Unreadable, json_path};
use shiming_kernel::{Facts, FieldViolation, Reason, ServiceError};
use shiming_rpc::convert::InvalidField;
use shiming_rpc::session::RENEWED;
use shiming_rpc::status::Problem;
use tonic::Status;

/// An error of the gateway.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GatewayError {
    /// A service refused or failed.
    #[error("a service answered {0}")]
    Peer(Problem),
    /// A service's answer lacks a part that it must have.
    #[error("a service's answer has no usable {0}")]
    BadAnswer(&'static str),
    /// The cache.
    #[error("cache")]
    Cache(#[from] CacheError),
    /// Parts of the request are missing or can't be read.
    #[error("invalid request")]
    Invalid(Vec<FieldViolation>),
    /// The body is of a type that is not taken.
    #[error("wrong content type")]
    WrongType,
    /// The body is larger than allowed.
    #[error("body too large")]
    TooLarge,
    /// A request that changes something doesn't come from our own pages.
    #[error("not from our own pages")]
    CsrfRefused,
    /// The picture code is missing, wrong, used or expired.
    #[error("picture code wrong")]
    CaptchaWrong,
    /// A limit of this address or browser is reached.
    #[error("limit reached")]
    TooManyRequests {
        /// Until the window ends.
        retry_after: Duration,
    },
    /// This process has no place left.
    #[error("no place left")]
    Overloaded,
    /// The body comes too slowly.
    #[error("the body came too slowly")]
    TooSlow,
    /// The request took too long.
    #[error("took too long")]
    TimedOut,
    /// No session cookie came.
    #[error("no session")]
    SessionRequired,
    /// No collection cookie came.
    #[error("no collection")]
    CollectionRequired,
    /// There is nothing at this path.
    #[error("no such path")]
    NoSuchPath,
    /// The path is there, the method isn't.
    #[error("no such method")]
    NoSuchMethod,
    /// A defect.
    #[error("{0}")]
    Internal(&'static str),
}

impl GatewayError {
    /// One refused field; `description` in zh-CN.
    pub(crate) fn field(field: &str, reason: &'static str, description: &str) -> Self {
        Self::Invalid(vec![FieldViolation::new(field, reason, description)])
    }

    /// Whether the session goes on under a token that this call did not have yet.
    pub(crate) fn is_renewed(&self) -> bool {
        matches!(self, Self::Peer(problem) if problem.facts.metadata.contains_key(RENEWED))
    }
}

impl From<Status> for GatewayError {
    fn from(status: Status) -> Self {
        let mut problem = Problem::from_status(&status);
        for violation in &mut problem.facts.violations {
            violation.field = json_path(&violation.field);
        }
        Self::Peer(problem)
    }
}

impl From<Defect> for GatewayError {
    fn from(defect: Defect) -> Self {
        Self::BadAnswer(defect.0)
    }
}

impl From<Unreadable> for GatewayError {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Malformed(field) => Self::field(&field, "MALFORMED", "格式不正确"),
            Unreadable::Unknown(field) => Self::field(&field, "UNKNOWN", "不支持这一项内容"),
        }
    }
}

impl From<InvalidField> for GatewayError {
    fn from(error: InvalidField) -> Self {
        Self::Invalid(error.into_violations())
    }
}

impl ServiceError for GatewayError {
    fn reason(&self) -> Reason {
        match self {
            Self::Peer(problem) => problem.reason(),
            Self::BadAnswer(_) | Self::Internal(_) => Reason::Internal,
            Self::Cache(error) => error.reason(),
            Self::Invalid(_) | Self::WrongType => Reason::InvalidField,
            Self::TooLarge => Reason::RequestTooLarge,
            Self::CsrfRefused => Reason::CsrfRefused,
            Self::CaptchaWrong => Reason::CaptchaWrong,
            Self::TooManyRequests { .. } => Reason::TooManyRequests,
            Self::Overloaded => Reason::Overloaded,
            Self::TooSlow | Self::TimedOut => Reason::DeadlineExceeded,
            Self::SessionRequired => Reason::SessionRequired,
            Self::CollectionRequired => Reason::CollectionNotFound,
            Self::NoSuchPath | Self::NoSuchMethod => Reason::MethodUnknown,
        }
    }

    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Peer(problem) => problem.words(),
            Self::Invalid(violations) => match violations.as_slice() {
                [only] => format!("{}。", only.description).into(),
                _ => self.reason().words().into(),
            },
            _ => self.reason().words().into(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Peer(problem) => problem.facts(),
            Self::Cache(error) => error.facts(),
            Self::Invalid(violations) => Facts::fields(violations.clone()),
            Self::WrongType => {
                Facts::fields(vec![FieldViolation::new("Content-Type", "MALFORMED", "提交的内容格式不正确")])
            }
            Self::CaptchaWrong => Facts::none().with("required", "true"),
            Self::TooManyRequests { retry_after } => Facts::wait(*retry_after),
            Self::Overloaded => Facts::wait(Duration::from_secs(1)),
            _ => Facts::none(),
        }
    }
}
