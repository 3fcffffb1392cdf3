//! What messaging refuses, and why.

use std::borrow::Cow;
use std::time::Duration;

use shiming_cache::CacheError;
use shiming_kernel::{ErrorKind, FieldViolation, ServiceError};
use shiming_store::{AsStoreError, StoreError};

use crate::clients::sms::SmsFailure;

/// An error of messaging.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MessagingError {
    /// A field of the request is wrong.
    #[error("invalid request")]
    Invalid(Vec<FieldViolation>),
    /// There is no such message for this person.
    #[error("no such message")]
    MessageNotFound,
    /// The call needs a session that it doesn't have; the policy should have refused it before.
    #[error("no session")]
    NoSession,
    /// This version has no words for a template.
    #[error("template unknown")]
    TemplateUnknown,
    /// The same text message is being sent by another call.
    #[error("being sent by another call")]
    BeingSent,
    /// The provider didn't take the text message.
    #[error("text message not sent")]
    Sms(#[source] SmsFailure),
    /// The store.
    #[error("store")]
    Store(#[from] StoreError),
    /// The cache.
    #[error("cache")]
    Cache(#[from] CacheError),
}

impl MessagingError {
    /// One wrong field.
    pub(crate) fn invalid(field: &str, reason: &'static str, description: &str) -> Self {
        Self::Invalid(vec![FieldViolation::new(field, reason, description)])
    }
}

impl AsStoreError for MessagingError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl ServiceError for MessagingError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(_) => ErrorKind::InvalidArgument,
            Self::MessageNotFound => ErrorKind::NotFound,
            Self::NoSession => ErrorKind::Unauthenticated,
            Self::TemplateUnknown => ErrorKind::FailedPrecondition,
            Self::BeingSent => ErrorKind::Aborted,
            Self::Sms(SmsFailure::Limited { .. }) => ErrorKind::ResourceExhausted,
            Self::Sms(_) => ErrorKind::Unavailable,
            Self::Store(error) => error.kind(),
            Self::Cache(error) => error.kind(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "INVALID_FIELD",
            Self::MessageNotFound => "MESSAGE_NOT_FOUND",
            Self::NoSession => "SESSION_REQUIRED",
            Self::TemplateUnknown => "TEMPLATE_UNKNOWN",
            Self::BeingSent => "CONCURRENT_CHANGE",
            Self::Sms(SmsFailure::Limited { .. }) => "CODE_TOO_SOON",
            Self::Sms(_) => "SMS_PROVIDER",
            Self::Store(error) => error.reason(),
            Self::Cache(error) => error.reason(),
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Self::Invalid(violations) => violations
                .first()
                .map_or(Cow::Borrowed("请检查填写的内容"), |first| first.description.clone().into()),
            Self::MessageNotFound => "消息不存在或已删除".into(),
            Self::NoSession => "请先登录".into(),
            Self::TemplateUnknown => "消息暂时无法送达，请稍后再试".into(),
            Self::BeingSent => "短信正在发送，请稍候".into(),
            Self::Sms(SmsFailure::Limited { .. }) => "该手机号接收短信过于频繁，请稍后再试".into(),
            Self::Sms(_) => "短信暂时无法发送，请稍后再试，或到办税服务厅办理".into(),
            Self::Store(error) => error.message(),
            Self::Cache(error) => error.message(),
        }
    }

    fn violations(&self) -> Vec<FieldViolation> {
        match self {
            Self::Invalid(violations) => violations.clone(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Sms(SmsFailure::Limited { .. }) => Some(Duration::from_mins(1)),
            Self::Sms(SmsFailure::Unreachable(_)) | Self::BeingSent => Some(Duration::from_secs(5)),
            Self::Store(error) => error.retry_after(),
            Self::Cache(error) => error.retry_after(),
            _ => None,
        }
    }
}
