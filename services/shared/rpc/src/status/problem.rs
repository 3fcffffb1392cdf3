//! An error as a client received it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use shiming_kernel::{ErrorKind, FieldViolation, ServiceError};
use shiming_proto::errors::v1::ErrorReason;
use tonic::Status;
use tonic_types::StatusExt as _;

use super::{DOMAIN, kind};

/// What another service answered instead of a result. Holds no personal data, as no error does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {reason}")]
pub struct Problem {
    /// What may be done about it.
    pub kind: ErrorKind,
    /// Upper snake case; of a newer peer it may be one this build doesn't know: then go by the kind.
    pub reason: String,
    /// zh-CN for people.
    pub message: String,
    /// Facts for programs.
    pub metadata: BTreeMap<String, String>,
    /// The refused fields.
    pub violations: Vec<ProblemViolation>,
    /// The shortest wait before a repeat.
    pub retry_after: Option<Duration>,
}

/// A refused field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemViolation {
    /// Path as the proto spells it.
    pub field: String,
    /// Upper snake case.
    pub reason: String,
    /// zh-CN for people.
    pub description: String,
}

/// Metadata keys that one service passes on for another: those of the contract's reasons.
const KNOWN_KEYS: [&str; 12] = [
    "attempts_left",
    "checksum",
    "fault",
    "limit",
    "max_bytes",
    "next_step",
    "request_id",
    "retry_time",
    "state",
    "status",
    "tries_left",
    "version",
];

impl Problem {
    /// Reads a status. One without `ErrorInfo` (of a proxy, or of the transport) is judged by its code.
    pub fn from_status(status: &Status) -> Self {
        let details = status.get_error_details();
        let kind = kind(status.code());
        let info = details.error_info().filter(|info| info.domain == DOMAIN);
        let reason = info.map_or_else(|| kind.as_str().to_owned(), |info| info.reason.clone());
        let message = details
            .localized_message()
            .map_or_else(|| generic_message(kind).to_owned(), |localized| localized.message.clone());
        Self {
            kind,
            reason,
            message,
            metadata: info.map(|info| info.metadata.clone().into_iter().collect()).unwrap_or_default(),
            violations: details
                .bad_request()
                .map(|bad| violations(&bad.field_violations))
                .unwrap_or_default(),
            retry_after: details.retry_info().and_then(|retry| retry.retry_delay),
        }
    }
}

impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        Self::from_status(&status)
    }
}

fn violations(wire: &[tonic_types::FieldViolation]) -> Vec<ProblemViolation> {
    wire.iter()
        .map(|one| ProblemViolation {
            field: one.field.clone(),
            reason: one.reason.clone(),
            description: one.description.clone(),
        })
        .collect()
}

/// The static spelling of a reason this build knows.
fn known_reason(reason: &str) -> Option<&'static str> {
    const PREFIX: &str = "ERROR_REASON_";
    ErrorReason::from_str_name(&format!("{PREFIX}{reason}"))?.as_str_name().strip_prefix(PREFIX)
}

const fn generic_message(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidArgument => "提交的内容有误",
        ErrorKind::Unauthenticated => "无法确认身份",
        ErrorKind::PermissionDenied => "没有权限",
        ErrorKind::NotFound => "未找到相关内容",
        ErrorKind::AlreadyExists => "内容已存在",
        ErrorKind::FailedPrecondition => "当前状态不能办理",
        ErrorKind::Aborted => "内容已被更新，请刷新后重试",
        ErrorKind::ResourceExhausted => "操作过于频繁，请稍后再试",
        ErrorKind::DeadlineExceeded => "处理超时，请稍后再试",
        ErrorKind::Unavailable => "服务暂时不可用，请稍后再试",
        ErrorKind::Internal => "系统繁忙，请稍后再试",
    }
}

/// Lets a service answer with what another one told it. A reason this build doesn't know becomes the
/// kind's name, a field's becomes `INVALID`, and an unknown key is dropped.
impl ServiceError for Problem {
    fn kind(&self) -> ErrorKind {
        self.kind
    }
    fn reason(&self) -> &'static str {
        known_reason(&self.reason).unwrap_or(self.kind.as_str())
    }
    fn message(&self) -> Cow<'static, str> {
        self.message.clone().into()
    }
    fn metadata(&self) -> Vec<(&'static str, String)> {
        KNOWN_KEYS
            .iter()
            .filter_map(|key| self.metadata.get(*key).map(|value| (*key, value.clone())))
            .collect()
    }
    fn violations(&self) -> Vec<FieldViolation> {
        const REASONS: [&str; 5] = ["REQUIRED", "MALFORMED", "NEGATIVE", "TOO_LONG", "TOO_DARK"];
        let pass = |one: &ProblemViolation| {
            let reason = REASONS.iter().find(|known| **known == one.reason).copied().unwrap_or("INVALID");
            FieldViolation::new(one.field.clone(), reason, one.description.clone())
        };
        self.violations.iter().map(pass).collect()
    }
    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}
