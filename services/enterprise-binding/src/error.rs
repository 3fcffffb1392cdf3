//! The one error of this service. Free of any transport; the rpc layer turns it into a status.

use std::borrow::Cow;
use std::time::Duration;

use shiming_crypto::CryptoError;
use shiming_kernel::{Facts, Reason, ServiceError};
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
    fn reason(&self) -> Reason {
        match self {
            Self::Refused(refusal) => refusal.reason(),
            Self::Store(error) => error.reason(),
            Self::Field(error) => error.reason(),
            Self::NoSession => Reason::SessionRequired,
            Self::SessionInvalid => Reason::SessionInvalid,
            Self::PersonNotFound => Reason::PersonNotFound,
            Self::IdentityUnavailable(_) => Reason::Unavailable,
            Self::Sealed(_) | Self::IdentityUnusable(_) | Self::Stored(_) => Reason::Internal,
        }
    }

    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Refused(refusal) => refusal.words(),
            _ => self.reason().words().into(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Refused(refusal) => refusal.facts(),
            Self::Store(error) => error.facts(),
            Self::Field(error) => error.facts(),
            Self::IdentityUnavailable(_) => Facts::wait(Duration::from_secs(1)),
            _ => Facts::none(),
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
