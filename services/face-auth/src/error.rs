//! The one error of this service. Free of any transport; the rpc layer turns it into a status.

use std::borrow::Cow;
use std::time::Duration;

use shiming_crypto::CryptoError;
use shiming_kernel::{ErrorKind, FieldViolation, ServiceError};
use shiming_rpc::convert::InvalidField;
use shiming_store::{AsStoreError, StoreError};

use crate::domain::Refusal;
use shiming_face_engine::{EngineError, TemplateError};

/// Why a call of face-auth failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FaceAuthError {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody could compare the face: nothing was judged, and nothing is counted.
    #[error("no face provider")]
    NoProvider(#[source] Refusal),
    /// The request can't be read.
    #[error(transparent)]
    Field(#[from] InvalidField),
    /// The engine has no place, or failed.
    #[error("face engine")]
    Engine(#[source] EngineError),
    /// The engine didn't finish in time.
    #[error("face engine too slow")]
    TooSlow {
        /// When to come again.
        retry_after: Duration,
    },
    /// The stored template is unreadable.
    #[error("stored template")]
    Template(#[from] TemplateError),
    #[error("store")]
    Store(#[from] StoreError),
    #[error("sealed value")]
    Sealed(#[from] CryptoError),
    /// A stored row or value is not what this build can read.
    #[error("stored value: {0}")]
    Stored(&'static str),
    /// The judgement ended without an answer: it panicked, or the process is ending.
    #[error("the judgement was broken off")]
    BrokenOff,
}

impl AsStoreError for FaceAuthError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl ServiceError for FaceAuthError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(refusal) | Self::NoProvider(refusal) => refusal.kind(),
            Self::Field(error) => error.kind(),
            Self::Engine(error) => error.kind(),
            Self::TooSlow { .. } => ErrorKind::ResourceExhausted,
            Self::Store(error) => error.kind(),
            Self::BrokenOff => ErrorKind::Unavailable,
            Self::Template(_) | Self::Sealed(_) | Self::Stored(_) => ErrorKind::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refusal) | Self::NoProvider(refusal) => refusal.reason(),
            Self::Field(error) => error.reason(),
            Self::Engine(error) => error.reason(),
            Self::TooSlow { .. } => "OVERLOADED",
            Self::Store(error) => error.reason(),
            Self::BrokenOff => "UNAVAILABLE",
            Self::Template(_) | Self::Sealed(_) | Self::Stored(_) => "INTERNAL",
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Self::Refused(refusal) | Self::NoProvider(refusal) => refusal.message(),
            Self::Field(error) => error.message(),
            Self::Engine(error) => error.message(),
            Self::TooSlow { .. } => "当前办理人数较多，请稍后重试".into(),
            Self::Store(error) => error.message(),
            Self::BrokenOff => "人脸识别服务暂不可用，请稍后重试".into(),
            Self::Template(_) | Self::Sealed(_) | Self::Stored(_) => "系统异常，请稍后再试".into(),
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Refused(refusal) | Self::NoProvider(refusal) => refusal.metadata(),
            Self::Engine(error) => error.metadata(),
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
            Self::Refused(refusal) | Self::NoProvider(refusal) => refusal.retry_after(),
            Self::Engine(error) => error.retry_after(),
            Self::TooSlow { retry_after } => Some(*retry_after),
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}
