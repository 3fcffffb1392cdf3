//! The one mapping between the system's errors and the wire.
//!
//! A status always carries `google.rpc.ErrorInfo {reason, domain: "shiming", metadata}` and a `LocalizedMessage` in zh-CN, and where they
//! help `BadRequest` and `RetryInfo`. What is internal is logged here, once, as a chain, and leaves as "internal error" with the request's id.

mod problem;

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use shiming_kernel::{ErrorKind, FieldViolation, ServiceError};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::step::HttpResponse;
pub use problem::{Problem, ProblemViolation};

/// The domain of every reason.
pub const DOMAIN: &str = "shiming";
const LOCALE: &str = "zh-CN";

/// The gRPC code of a kind.
pub const fn code(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::InvalidArgument => Code::InvalidArgument,
        ErrorKind::Unauthenticated => Code::Unauthenticated,
        ErrorKind::PermissionDenied => Code::PermissionDenied,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::AlreadyExists => Code::AlreadyExists,
        ErrorKind::FailedPrecondition => Code::FailedPrecondition,
        ErrorKind::Aborted => Code::Aborted,
        ErrorKind::ResourceExhausted => Code::ResourceExhausted,
        ErrorKind::DeadlineExceeded => Code::DeadlineExceeded,
        ErrorKind::Unavailable => Code::Unavailable,
        ErrorKind::Internal => Code::Internal,
    }
}

/// The kind of a gRPC code; what our own servers never say is internal.
pub const fn kind(code: Code) -> ErrorKind {
    match code {
        Code::InvalidArgument | Code::OutOfRange => ErrorKind::InvalidArgument,
        Code::Unauthenticated => ErrorKind::Unauthenticated,
        Code::PermissionDenied => ErrorKind::PermissionDenied,
        Code::NotFound => ErrorKind::NotFound,
        Code::AlreadyExists => ErrorKind::AlreadyExists,
        Code::FailedPrecondition => ErrorKind::FailedPrecondition,
        Code::Aborted => ErrorKind::Aborted,
        Code::ResourceExhausted => ErrorKind::ResourceExhausted,
        Code::DeadlineExceeded | Code::Cancelled => ErrorKind::DeadlineExceeded,
        Code::Unavailable => ErrorKind::Unavailable,
        Code::Ok | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => {
            ErrorKind::Internal
        }
    }
}

/// Turns a service's error into a status, and logs it if it is ours to repair.
pub fn from_error<E: ServiceError + ?Sized>(error: &E) -> Status {
    let (kind, reason) = (error.kind(), error.reason());
    let message = error.message();
    let mut answer = Answer::new(kind, reason, &message);
    answer.metadata = error.metadata().into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    answer.violations = error.violations();
    answer.retry_after = error.retry_after();
    match kind {
        ErrorKind::Internal => tracing::error!(reason, error = %chain(error), "internal error"),
        ErrorKind::Unavailable => tracing::warn!(reason, error = %chain(error), "unavailable"),
        _ => {}
    }
    answer.into_status()
}

/// An error and its sources, outermost first, for a log line.
pub fn chain<E: Error + ?Sized>(error: &E) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// A handler's result as tonic wants it.
pub fn answer<T, E: ServiceError>(result: Result<T, E>) -> Result<tonic::Response<T>, Status> {
    result.map(tonic::Response::new).map_err(|error| from_error(&error))
}

/// The parts of an error on the wire.
pub(crate) struct Answer<'a> {
    code: Code,
    reason: &'a str,
    message: &'a str,
    pub(crate) metadata: HashMap<String, String>,
    pub(crate) violations: Vec<FieldViolation>,
    pub(crate) retry_after: Option<Duration>,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(kind: ErrorKind, reason: &'a str, message: &'a str) -> Self {
        let code = code(kind);
        Self { code, reason, message, metadata: HashMap::new(), violations: vec![], retry_after: None }
    }

    pub(crate) fn into_status(mut self) -> Status {
        if self.code == Code::Internal
            && let Some(id) = crate::call::request_id()
        {
            self.metadata.insert("request_id".to_owned(), id.to_string());
        }
        let mut details = ErrorDetails::new();
        details.set_error_info(self.reason, DOMAIN, self.metadata);
        details.set_localized_message(LOCALE, self.message);
        if !self.violations.is_empty() {
            details.set_bad_request(self.violations.into_iter().map(violation).collect::<Vec<_>>());
        }
        if self.retry_after.is_some() {
            details.set_retry_info(self.retry_after);
        }
        let message = if self.code == Code::Internal { "internal error" } else { self.message };
        Status::with_error_details(self.code, message, details)
    }
}

fn violation(violation: FieldViolation) -> tonic_types::FieldViolation {
    let mut wire = tonic_types::FieldViolation::new(violation.field, violation.description);
    violation.reason.clone_into(&mut wire.reason);
    wire
}

/// What the layers themselves refuse with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Internal,
    Overloaded,
    DeadlineExceeded,
    Unavailable,
    CallerNotAllowed,
    CallerUnknown,
    MethodUnknown,
    SessionRequired,
    SessionInvalid,
    Malformed,
    TooLarge,
}

impl Refusal {
    pub(crate) fn status(self) -> Status {
        let (kind, reason, message) = match self {
            Self::Internal => (ErrorKind::Internal, "INTERNAL", "系统繁忙，请稍后再试"),
            Self::Overloaded => (ErrorKind::ResourceExhausted, "OVERLOADED", "当前办理人数较多，请稍后再试"),
            Self::DeadlineExceeded => {
                (ErrorKind::DeadlineExceeded, "DEADLINE_EXCEEDED", "处理超时，请稍后再试")
            }
            Self::Unavailable => (ErrorKind::Unavailable, "UNAVAILABLE", "服务暂时不可用，请稍后再试"),
            Self::CallerNotAllowed => {
                (ErrorKind::PermissionDenied, "CALLER_NOT_ALLOWED", "调用方无权使用此接口")
            }
            Self::CallerUnknown => (ErrorKind::Unauthenticated, "CALLER_UNKNOWN", "无法确认调用方身份"),
            Self::MethodUnknown => (ErrorKind::Internal, "METHOD_UNKNOWN", "接口不存在"),
            Self::SessionRequired => (ErrorKind::Unauthenticated, "SESSION_REQUIRED", "请先登录"),
            Self::SessionInvalid => (ErrorKind::Unauthenticated, "SESSION_INVALID", "登录已失效，请重新登录"),
            Self::Malformed => (ErrorKind::InvalidArgument, "INVALID_FIELD", "提交的内容无法识别"),
            Self::TooLarge => (ErrorKind::InvalidArgument, "REQUEST_TOO_LARGE", "提交的内容过大"),
        };
        let mut answer = Answer::new(kind, reason, message);
        if self == Self::Overloaded {
            // Spread out, so that those turned away don't come back as one.
            answer.retry_after = Some(Duration::from_millis(rand::random_range(500..1500)));
        }
        if self == Self::MethodUnknown {
            // The one code no service's own error may have.
            answer.code = Code::Unimplemented;
        }
        answer.into_status()
    }

    pub(crate) fn response(self) -> HttpResponse {
        self.status().into_http()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[derive(Debug, thiserror::Error)]
    #[error("row 17 of {table}")]
    struct Broken {
        table: &'static str,
        #[source]
        cause: std::num::ParseIntError,
        kind: ErrorKind,
    }

    impl ServiceError for Broken {
        fn kind(&self) -> ErrorKind {
            self.kind
        }
        fn reason(&self) -> &'static str {
            "FACE_NOT_SAME"
        }
        fn message(&self) -> Cow<'static, str> {
            "人脸比对未通过".into()
        }
        fn metadata(&self) -> Vec<(&'static str, String)> {
            vec![("attempts_left", "3".into())]
        }
        fn violations(&self) -> Vec<FieldViolation> {
            vec![FieldViolation::new("photo", "TOO_DARK", "光线过暗")]
        }
        fn retry_after(&self) -> Option<Duration> {
            Some(Duration::from_mins(1))
        }
    }

    fn broken(kind: ErrorKind) -> Broken {
        Broken { table: "persons", cause: "x".parse::<u8>().unwrap_err(), kind }
    }

    #[test]
    fn codes_and_kinds_agree() {
        for one in ErrorKind::ALL {
            assert_eq!(kind(code(one)), one);
        }
    }

    #[test]
    fn everything_an_error_says_survives_the_wire() {
        let status = from_error(&broken(ErrorKind::Unauthenticated));
        assert_eq!((status.code(), status.message()), (Code::Unauthenticated, "人脸比对未通过"));
        let problem = Problem::from_status(&status);
        assert_eq!(problem.kind, ErrorKind::Unauthenticated);
        assert_eq!((problem.reason.as_str(), problem.message.as_str()), ("FACE_NOT_SAME", "人脸比对未通过"));
        assert_eq!(problem.metadata.get("attempts_left").map(String::as_str), Some("3"));
        assert_eq!(problem.violations[0].reason, "TOO_DARK");
        assert_eq!(problem.retry_after, Some(Duration::from_mins(1)));
        let again = Problem::from_status(&from_error(&problem));
        assert_eq!(again, problem, "a service may pass another's problem on");
    }

    #[tokio::test]
    async fn an_internal_error_shows_nothing_but_the_request_id() {
        let error = broken(ErrorKind::Internal);
        let status = crate::call::with_request_id("r-1".into(), async { from_error(&error) }).await;
        assert_eq!(status.message(), "internal error");
        let problem = Problem::from_status(&status);
        assert_eq!(problem.metadata.get("request_id").map(String::as_str), Some("r-1"));
        assert!(!format!("{status:?}").contains("persons"));
        assert_eq!(chain(&error), "row 17 of persons: invalid digit found in string");
    }
}
