//! What every error of the system can say about itself, before any transport is involved.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::Reason;

/// The closed set of causes a caller may act upon. Mapped once to gRPC and once to HTTP, both without a `_` arm.
///
/// Deliberately small: what distinguishes two errors of one kind is their [`Reason`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The request itself is wrong, whatever the state of the system.
    InvalidArgument,
    /// Nobody proved who is asking, or the proof is no longer valid.
    Unauthenticated,
    /// Known caller, not allowed.
    PermissionDenied,
    /// Does not exist, or must look to this caller as if it did not.
    NotFound,
    /// What was to be created is there already.
    AlreadyExists,
    /// The state of the system forbids it; repeating without a change of state is pointless.
    FailedPrecondition,
    /// Lost against a concurrent change; reading again and repeating may succeed.
    Aborted,
    /// A quota, a rate limit or a capacity is used up.
    ResourceExhausted,
    /// The caller's time ran out.
    DeadlineExceeded,
    /// A part of the system is not reachable now; repeating later may succeed.
    Unavailable,
    /// There is no such method: the peer is older, or the address is wrong.
    Unimplemented,
    /// A defect or a broken invariant; details are for the log only.
    Internal,
}

impl ErrorKind {
    /// All kinds, for tables and tests that must cover each of them.
    pub const ALL: [Self; 12] = [
        Self::InvalidArgument,
        Self::Unauthenticated,
        Self::PermissionDenied,
        Self::NotFound,
        Self::AlreadyExists,
        Self::FailedPrecondition,
        Self::Aborted,
        Self::ResourceExhausted,
        Self::DeadlineExceeded,
        Self::Unavailable,
        Self::Unimplemented,
        Self::Internal,
    ];

    /// Upper snake case, spelled like the gRPC code of the same meaning: a log field and metric label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Aborted => "ABORTED",
            Self::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Unimplemented => "UNIMPLEMENTED",
            Self::Internal => "INTERNAL",
        }
    }
}

impl std::fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One field of a request that was refused. Never carries the refused value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldViolation {
    /// Path of the field as the proto spells it, e.g. `identity.document_number`.
    pub field: String,
    /// Upper snake case, stable, for programs, e.g. `ID_CHECKSUM`.
    pub reason: Cow<'static, str>,
    /// zh-CN, shown to people beside the field.
    pub description: String,
}

impl FieldViolation {
    /// A violation of `field`; see the fields for the form of each part.
    pub fn new(
        field: impl Into<String>,
        reason: impl Into<Cow<'static, str>>,
        description: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), reason: reason.into(), description: description.into() }
    }
}

/// What an error tells programs beside its reason. No personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// By the keys that `error_reason.proto` names for the reason, e.g. `state`: `ACTIVE`.
    pub metadata: BTreeMap<Cow<'static, str>, String>,
    /// The refused fields, when the kind is [`ErrorKind::InvalidArgument`].
    pub violations: Vec<FieldViolation>,
    /// The shortest wait after which repeating makes sense.
    pub retry_after: Option<Duration>,
}

impl Facts {
    /// The reason says it all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Refused fields.
    pub fn fields(violations: Vec<FieldViolation>) -> Self {
        Self { violations, ..Self::default() }
    }

    /// How long to wait, if that is known.
    pub fn wait(length: impl Into<Option<Duration>>) -> Self {
        Self { retry_after: length.into(), ..Self::default() }
    }

    /// One fact more.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }
}

/// An error that can cross a service's border. Stays free of any transport; the rpc crate turns it into a status.
///
/// `Display` is for the log and must not repeat its `source()`; [`words`](Self::words) are for people.
pub trait ServiceError: std::error::Error + Send + Sync + 'static {
    /// What programs tell errors apart by; the kind follows from it.
    fn reason(&self) -> Reason;

    /// zh-CN for people: the reason's, unless the error knows more. No personal data.
    fn words(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.reason().words())
    }

    /// What programs may know beside the reason.
    fn facts(&self) -> Facts {
        Facts::none()
    }

    /// What the caller may do about it.
    fn kind(&self) -> ErrorKind {
        self.reason().kind()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_distinct_and_upper_snake() {
        let names: BTreeSet<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), ErrorKind::ALL.len());
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')));
    }
}
