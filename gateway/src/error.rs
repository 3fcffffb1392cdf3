//! What the gateway refuses by itself, and what it passes on from the services.

use std::borrow::Cow;
use std::time::Duration;

use shiming_cache::CacheError;
use shiming_kernel::{ErrorKind, FieldViolation, ServiceError};
use shiming_rpc::convert::InvalidField;
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

    /// Upper snake case, also one that only a newer service knows.
    pub(crate) fn full_reason(&self) -> &str {
        match self {
            Self::Peer(problem) => &problem.reason,
            own => own.reason(),
        }
    }
}

impl From<Status> for GatewayError {
    fn from(status: Status) -> Self {
        Self::Peer(Problem::from_status(&status))
    }
}

impl From<InvalidField> for GatewayError {
    fn from(error: InvalidField) -> Self {
        Self::Invalid(error.violations())
    }
}

impl ServiceError for GatewayError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Peer(problem) => problem.kind,
            Self::BadAnswer(_) | Self::Internal(_) => ErrorKind::Internal,
            Self::Cache(error) => error.kind(),
            Self::Invalid(_) | Self::TooLarge | Self::CaptchaWrong => ErrorKind::InvalidArgument,
            Self::CsrfRefused => ErrorKind::PermissionDenied,
            Self::TooManyRequests { .. } => ErrorKind::ResourceExhausted,
            Self::Overloaded => ErrorKind::Unavailable,
            Self::TimedOut => ErrorKind::DeadlineExceeded,
            Self::SessionRequired => ErrorKind::Unauthenticated,
            Self::CollectionRequired | Self::NoSuchPath | Self::NoSuchMethod => ErrorKind::NotFound,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Peer(problem) => problem.reason(),
            Self::BadAnswer(_) | Self::Internal(_) => "INTERNAL",
            Self::Cache(error) => error.reason(),
            Self::Invalid(_) => "INVALID_FIELD",
            Self::TooLarge => "REQUEST_TOO_LARGE",
            Self::CsrfRefused => "CSRF_REFUSED",
            Self::CaptchaWrong => "CAPTCHA_WRONG",
            Self::TooManyRequests { .. } => "TOO_MANY_REQUESTS",
            Self::Overloaded => "OVERLOADED",
            Self::TimedOut => "DEADLINE_EXCEEDED",
            Self::SessionRequired => "SESSION_REQUIRED",
            Self::CollectionRequired => "COLLECTION_NOT_FOUND",
            Self::NoSuchPath | Self::NoSuchMethod => "METHOD_UNKNOWN",
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Self::Peer(problem) => problem.message.clone().into(),
            Self::BadAnswer(_) | Self::Internal(_) => "系统繁忙，请稍后再试".into(),
            Self::Cache(error) => error.message(),
            Self::Invalid(violations) => match violations.as_slice() {
                [only] => only.description.clone().into(),
                _ => "提交的内容有误，请检查后重试".into(),
            },
            Self::TooLarge => "提交的内容过大，请压缩后重试".into(),
            Self::CsrfRefused => "页面已过期，请刷新后重试".into(),
            Self::CaptchaWrong => "图形验证码错误或已过期，请重新输入".into(),
            Self::TooManyRequests { .. } => "操作过于频繁，请稍后再试".into(),
            Self::Overloaded => "当前办理人数较多，请稍后再试".into(),
            Self::TimedOut => "处理超时，请稍后再试".into(),
            Self::SessionRequired => "请先登录".into(),
            Self::CollectionRequired => "采集已结束或已过期，请重新开始".into(),
            Self::NoSuchPath => "请求的内容不存在".into(),
            Self::NoSuchMethod => "不支持这种请求方式".into(),
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::CaptchaWrong => vec![("required", "true".to_owned())],
            Self::Peer(problem) => problem.metadata(),
            _ => Vec::new(),
        }
    }

    fn violations(&self) -> Vec<FieldViolation> {
        match self {
            Self::Invalid(violations) => violations.clone(),
            Self::Peer(problem) => problem.violations(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Peer(problem) => problem.retry_after,
            Self::Cache(error) => error.retry_after(),
            Self::TooManyRequests { retry_after } => Some(*retry_after),
            Self::Overloaded => Some(Duration::from_secs(1)),
            _ => None,
        }
    }
}
