//! What face-auth's answers mean when they are no results.

use shiming_kernel::{ErrorKind, Reason};
use shiming_rpc::status::Problem;

use crate::error::{BoxedCause, IdentityError};

/// Why face-auth gave no session or no result.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    /// It said no, in words for the person.
    #[error("refused")]
    Refused(#[source] Problem),
    /// It can't be asked now.
    #[error("unavailable")]
    Unavailable(#[source] BoxedCause),
    /// It answered what the contract does not know, or refused us as a caller.
    #[error("out of contract")]
    Fault(#[source] BoxedCause),
}

impl From<FaceError> for IdentityError {
    fn from(error: FaceError) -> Self {
        match error {
            FaceError::Refused(problem) => Self::Neighbour(problem),
            FaceError::Unavailable(cause) => Self::FaceUnavailable(cause),
            FaceError::Fault(cause) => Self::FaceFault(cause),
        }
    }
}

/// Tells a refusal a person may read from a fault between the services.
pub(super) fn judge(problem: Problem) -> FaceError {
    match problem.kind() {
        ErrorKind::Unavailable | ErrorKind::DeadlineExceeded => FaceError::Unavailable(Box::new(problem)),
        ErrorKind::InvalidArgument
        | ErrorKind::Unauthenticated
        | ErrorKind::AlreadyExists
        | ErrorKind::Aborted
        | ErrorKind::Unimplemented
        | ErrorKind::Internal => FaceError::Fault(Box::new(problem)),
        ErrorKind::PermissionDenied if problem.reason == Reason::CallerNotAllowed => {
            FaceError::Fault(Box::new(problem))
        }
        ErrorKind::PermissionDenied
        | ErrorKind::NotFound
        | ErrorKind::FailedPrecondition
        | ErrorKind::ResourceExhausted => FaceError::Refused(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_concerns_the_person_is_passed_on() {
        let judged = |reason: Reason| judge(reason.into());
        assert!(matches!(judged(Reason::FaceNotFinished), FaceError::Refused(_)));
        assert!(matches!(judged(Reason::FaceResultRefused), FaceError::Refused(_)));
        assert!(matches!(judged(Reason::FaceRetryExhausted), FaceError::Refused(_)));
        assert!(matches!(judged(Reason::CallerNotAllowed), FaceError::Fault(_)));
        assert!(matches!(judged(Reason::InvalidField), FaceError::Fault(_)));
        assert!(matches!(judged(Reason::Unavailable), FaceError::Unavailable(_)));
        assert!(matches!(judged(Reason::DeadlineExceeded), FaceError::Unavailable(_)));
    }
}
