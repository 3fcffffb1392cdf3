//! The one error of this service. Free of any transport; the rpc layer turns it into a status.

use std::borrow::Cow;
use std::time::Duration;

use shiming_crypto::CryptoError;
use shiming_face_engine::{EngineError, TemplateError};
use shiming_kernel::{Facts, Reason, ServiceError};
use shiming_rpc::convert::InvalidField;
use shiming_store::{AsStoreError, StoreError};

use crate::domain::Refusal;

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
    fn reason(&self) -> Reason {
        match self {
            Self::Refused(refusal) | Self::NoProvider(refusal) => refusal.reason(),
            Self::Field(error) => error.reason(),
            Self::Engine(error) => error.reason(),
            Self::TooSlow { .. } => Reason::Overloaded,
            Self::Store(error) => error.reason(),
            Self::BrokenOff => Reason::Unavailable,
            Self::Template(_) | Self::Sealed(_) | Self::Stored(_) => Reason::Internal,
        }
    }

    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Refused(refusal) | Self::NoProvider(refusal) => refusal.words(),
            Self::Engine(error) => error.words(),
            _ => self.reason().words().into(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Refused(refusal) | Self::NoProvider(refusal) => refusal.facts(),
            Self::Field(error) => error.facts(),
            Self::Engine(error) => error.facts(),
            Self::Store(error) => error.facts(),
            Self::TooSlow { retry_after } => Facts::wait(*retry_after),
            _ => Facts::none(),
        }
    }
}
