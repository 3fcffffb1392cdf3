//! What messaging refuses, and why.

use std::borrow::Cow;
use std::time::Duration;

use shiming_cache::CacheError;
use shiming_kernel::{Facts, FieldViolation, Reason, ServiceError};
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
    fn reason(&self) -> Reason {
        match self {
            Self::Invalid(_) => Reason::InvalidField,
            Self::MessageNotFound => Reason::MessageNotFound,
            Self::NoSession => Reason::SessionRequired,
            Self::TemplateUnknown => Reason::TemplateUnknown,
            Self::BeingSent => Reason::ConcurrentChange,
            Self::Sms(SmsFailure::Limited { .. }) => Reason::CodeTooSoon,
            Self::Sms(_) => Reason::SmsProvider,
            Self::Store(error) => error.reason(),
            Self::Cache(error) => error.reason(),
        }
    }

    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::BeingSent => "短信正在发送，请稍候。".into(),
            Self::Sms(SmsFailure::Limited { .. }) => "该手机号码接收短信过于频繁，请稍后再试。".into(),
            _ => self.reason().words().into(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Invalid(violations) => Facts::fields(violations.clone()),
            Self::Sms(SmsFailure::Limited { .. }) => Facts::wait(Duration::from_mins(1)),
            Self::Sms(SmsFailure::Unreachable(_)) | Self::BeingSent => Facts::wait(Duration::from_secs(5)),
            Self::Store(error) => error.facts(),
            Self::Cache(error) => error.facts(),
            _ => Facts::none(),
        }
    }
}
