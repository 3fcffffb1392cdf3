//! The one error of this service. Free of any transport; the rpc layer turns it into a status.

use std::borrow::Cow;
use std::time::Duration;

use shiming_crypto::CryptoError;
use shiming_kernel::{ErrorKind, FieldViolation, ServiceError};
use shiming_rpc::convert::InvalidField;
use shiming_store::{AsStoreError, StoreError};

use crate::domain::Refusal;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a call of enterprise-binding failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnterpriseBindingError {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request can't be read.
    #[error(transparent)]
    Field(#[from] InvalidField),
    /// The call came without a session, although the policy demands one.
    #[error("no session")]
    NoSession,
    #[error("store")]
    Store(#[from] StoreError),
    #[error("sealed value")]
    Sealed(#[from] CryptoError),
    /// The identity service ended the session meanwhile.
    #[error("the session is not valid")]
    SessionInvalid,
    /// The identity service does not know the person (any more).
    #[error("the person is unknown to identity")]
    PersonNotFound,
    /// The identity service can't answer now.
    #[error("identity unavailable")]
    IdentityUnavailable(#[source] Cause),
    /// The identity service answered something this service can't use.
    #[error("identity answered unusably")]
    IdentityUnusable(#[source] Cause),
    /// A stored row or value is not what this build can read.
    #[error("stored value: {0}")]
    Stored(&'static str),
}

impl ServiceError for EnterpriseBindingError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::Store(error) => error.kind(),
            Self::Field(error) => error.kind(),
            Self::NoSession | Self::SessionInvalid => ErrorKind::Unauthenticated,
            Self::PersonNotFound => ErrorKind::NotFound,
            Self::IdentityUnavailable(_) => ErrorKind::Unavailable,
            Self::Sealed(_) | Self::IdentityUnusable(_) | Self::Stored(_) => ErrorKind::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.reason(),
            Self::Store(error) => error.reason(),
            Self::Field(error) => error.reason(),
            Self::NoSession => "SESSION_REQUIRED",
            Self::SessionInvalid => "SESSION_INVALID",
            Self::PersonNotFound => "PERSON_NOT_FOUND",
            Self::IdentityUnavailable(_) => "UNAVAILABLE",
            Self::Sealed(_) | Self::IdentityUnusable(_) | Self::Stored(_) => "INTERNAL",
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Self::Refused(refusal) => refusal.message(),
            Self::Store(error) => error.message(),
            Self::Field(error) => error.message(),
            Self::NoSession => "请先登录".into(),
            Self::SessionInvalid => "登录已失效，请重新登录".into(),
            Self::PersonNotFound => "未找到该人员的实名信息".into(),
            Self::IdentityUnavailable(_) => "实名服务暂时无法访问，请稍后再试".into(),
            Self::Sealed(_) | Self::IdentityUnusable(_) | Self::Stored(_) => "系统异常，请稍后再试".into(),
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Refused(refusal) => refusal.metadata(),
            Self::Store(error) => error.metadata(),
            _ => Vec::new(),
        }
    }

    fn violations(&self) -> Vec<FieldViolation> {
        match self {
            Self::Field(error) => error.violations(),
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) => refusal.retry_after(),
            Self::Store(error) => error.retry_after(),
            Self::IdentityUnavailable(_) => Some(Duration::from_secs(1)),
            _ => None,
        }
    }
}

impl AsStoreError for EnterpriseBindingError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_proto::errors::v1::ErrorReason;

    #[test]
    fn every_reason_stands_in_the_contract() {
        let cause = || Cause::from("x");
        for error in [
            EnterpriseBindingError::Field(InvalidField::missing("role")),
            EnterpriseBindingError::NoSession,
            EnterpriseBindingError::SessionInvalid,
            EnterpriseBindingError::PersonNotFound,
            EnterpriseBindingError::IdentityUnavailable(cause()),
            EnterpriseBindingError::IdentityUnusable(cause()),
            EnterpriseBindingError::Stored("state"),
            Refusal::StepUpRequired.into(),
            Refusal::EnterpriseChanged.into(),
            Refusal::ApproverIsApplicant.into(),
        ] {
            let name = format!("ERROR_REASON_{}", error.reason());
            assert!(ErrorReason::from_str_name(&name).is_some(), "{name}");
        }
    }
}
