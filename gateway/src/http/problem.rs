//! Errors as problem+json (RFC 9457).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use shiming_exposed::status;
use shiming_kernel::{ErrorKind, Reason, ServiceError as _};
use shiming_rpc::status::chain;

use crate::error::GatewayError;
use crate::http::request_id;

const fn title(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidArgument => "提交的内容有误",
        ErrorKind::Unauthenticated => "身份未确认",
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::NotFound | ErrorKind::Unimplemented => "未找到",
        ErrorKind::AlreadyExists => "已存在",
        ErrorKind::FailedPrecondition => "暂不能办理",
        ErrorKind::Aborted => "内容已变化",
        ErrorKind::ResourceExhausted => "操作过于频繁",
        ErrorKind::DeadlineExceeded => "处理超时",
        ErrorKind::Unavailable => "服务暂不可用",
        ErrorKind::Internal => "系统异常",
    }
}

/// An error as pages and programs get it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProblemDetails {
    /// `urn:shiming:error:` and the reason.
    #[serde(rename = "type")]
    kind: String,
    /// What sort of problem it is, zh-CN.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What to show, zh-CN.
    detail: String,
    /// Upper snake case, from `error_reason.proto`.
    reason: String,
    /// What the log calls this request.
    request_id: String,
    /// The refused fields.
    violations: Vec<Violation>,
    /// Facts for programs.
    metadata: BTreeMap<String, String>,
    /// The shortest wait before a repeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
}

/// A refused field.
#[derive(Debug, Serialize)]
struct Violation {
    /// Path of the field in the request's JSON.
    field: String,
    /// Upper snake case.
    reason: String,
    /// What to show beside the field, zh-CN.
    description: String,
}

/// What layers further out want to know of an error.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) reason: Reason,
    pub(crate) error: Arc<GatewayError>,
}

impl GatewayError {
    fn status(&self) -> StatusCode {
        match (self, self.reason()) {
            (Self::NoSuchPath, _) => StatusCode::NOT_FOUND,
            (Self::WrongType, _) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            (Self::NoSuchMethod, _) => StatusCode::METHOD_NOT_ALLOWED,
            (Self::TooSlow, _) => StatusCode::REQUEST_TIMEOUT,
            (_, Reason::RequestTooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            (_, reason) => status(reason.kind()),
        }
    }

    fn details(&self) -> ProblemDetails {
        let (reason, facts) = (self.reason(), self.facts());
        let violations = facts.violations.into_iter().map(|one| Violation {
            field: one.field,
            reason: one.reason.into_owned(),
            description: one.description,
        });
        // What is unavailable may be asked for again soon, even if nobody said when.
        let soon = || (reason.kind() == ErrorKind::Unavailable).then_some(Duration::from_secs(2));
        ProblemDetails {
            kind: format!("urn:shiming:error:{reason}"),
            title: title(reason.kind()),
            status: self.status().as_u16(),
            detail: self.words().into_owned(),
            reason: reason.to_string(),
            request_id: request_id::current().to_string(),
            violations: violations.collect(),
            metadata: facts.metadata.into_iter().map(|(key, value)| (key.into_owned(), value)).collect(),
            retry_after_seconds: facts.retry_after.or_else(soon).map(whole_seconds),
        }
    }

    fn log(&self) {
        match (self, self.kind()) {
            // Logged where it arose.
            (Self::Peer(_), ErrorKind::Internal) => {}
            (_, ErrorKind::Internal) => tracing::error!(error = %chain(self), "internal error"),
            (_, ErrorKind::Unavailable) => tracing::warn!(error = %chain(self), "unavailable"),
            _ => {}
        }
    }
}

impl IntoResponse for GatewayError {
    fn into_response(self) -> Response {
        self.log();
        let details = self.details();
        let body = serde_json::to_vec(&details).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = details.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Refused { reason: self.reason(), error: Arc::new(self) });
        response
    }
}

/// Rounded up: who comes back a moment too early is refused again.
fn whole_seconds(length: Duration) -> u64 {
    (length.as_secs() + u64::from(length.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_an_error_status_and_chinese_words() {
        for kind in ErrorKind::ALL {
            assert!(status(kind).is_client_error() || status(kind).is_server_error());
            assert!(!title(kind).is_ascii());
        }
    }

    /// The contract describes problems for pages and documents.
    #[test]
    fn a_problem_is_what_the_contract_says() {
        let pool = shiming_rpc::policy::pool().unwrap();
        let message = pool.get_message_by_name("shiming.gateway.v1.Problem").unwrap();
        let refused = GatewayError::field("mobile", "MALFORMED", "格式不正确");
        for error in [refused, GatewayError::CaptchaWrong, GatewayError::Overloaded] {
            let json = serde_json::to_value(error.details()).unwrap();
            let is_there = |name: &str| json.get(name).is_some() || name == "retryAfterSeconds";
            assert!(message.fields().all(|field| is_there(field.json_name())), "{json}");
            // What the contract doesn't know is refused.
            shiming_exposed::from_json(&message, json.to_string().as_bytes()).unwrap();
        }
    }

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!(whole_seconds(Duration::from_millis(1200)), 2);
        assert_eq!(whole_seconds(Duration::ZERO), 1);
    }
}
