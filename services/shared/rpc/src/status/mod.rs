//! The one mapping between the system's errors and the wire.
//!
//! A status always carries `google.rpc.ErrorInfo {reason, domain: "shiming", metadata}` and a `LocalizedMessage` in zh-CN, and where they
//! help `BadRequest` and `RetryInfo`. What is internal is logged here, once, as a chain, and leaves as "internal error" with the request's id.

mod problem;

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use prost::Message as _;
use shiming_kernel::{ErrorKind, Facts, FieldViolation, Reason, ServiceError};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, LocalizedMessage, StatusExt as _};

use crate::step::HttpResponse;
pub use problem::Problem;

/// The domain of every reason.
pub const DOMAIN: &str = "shiming";
const LOCALE: &str = "zh-CN";

/// The gRPC code of a kind.
pub const fn code(kind: ErrorKind) -> Code {
    match kind {
        ErrorKind::InvalidArgument => Code::InvalidArgument,
        ErrorKind::Unauthenticated => Code::Unauthenticated,
        ErrorKind::PermissionDenied => Code::PermissionDenied,
        ErrorKind::NotFound => Code::NotFound,
        ErrorKind::AlreadyExists => Code::AlreadyExists,
        ErrorKind::FailedPrecondition => Code::FailedPrecondition,
        ErrorKind::Aborted => Code::Aborted,
        ErrorKind::ResourceExhausted => Code::ResourceExhausted,
        ErrorKind::DeadlineExceeded => Code::DeadlineExceeded,
        ErrorKind::Unavailable => Code::Unavailable,
        ErrorKind::Unimplemented => Code::Unimplemented,
        ErrorKind::Internal => Code::Internal,
    }
}

/// The kind of a gRPC code; what our own servers never say is internal.
pub const fn kind(code: Code) -> ErrorKind {
    match code {
        Code::InvalidArgument | Code::OutOfRange => ErrorKind::InvalidArgument,
        Code::Unauthenticated => ErrorKind::Unauthenticated,
        Code::PermissionDenied => ErrorKind::PermissionDenied,
        Code::NotFound => ErrorKind::NotFound,
        Code::AlreadyExists => ErrorKind::AlreadyExists,
        Code::FailedPrecondition => ErrorKind::FailedPrecondition,
        Code::Aborted => ErrorKind::Aborted,
        Code::ResourceExhausted => ErrorKind::ResourceExhausted,
        Code::DeadlineExceeded | Code::Cancelled => ErrorKind::DeadlineExceeded,
        Code::Unavailable => ErrorKind::Unavailable,
        Code::Unimplemented => ErrorKind::Unimplemented,
        Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss => ErrorKind::Internal,
    }
}

/// Turns a service's error into a status, and logs it if it is ours to repair.
pub fn from_error<E: ServiceError + ?Sized>(error: &E) -> Status {
    let reason = error.reason();
    match reason.kind() {
        ErrorKind::Internal => tracing::error!(%reason, error = %chain(error), "internal error"),
        ErrorKind::Unavailable => tracing::warn!(%reason, error = %chain(error), "unavailable"),
        _ => {}
    }
    status(&reason, &error.words(), error.facts())
}

/// The details of an error's status, each packed as `Any`, for other protocols that carry them.
pub fn details<E: ServiceError + ?Sized>(error: &E) -> Vec<prost_types::Any> {
    let status = status(&error.reason(), &error.words(), error.facts());
    tonic_types::Status::decode(status.details()).map(|packed| packed.details).unwrap_or_default()
}

/// An error and its sources, outermost first, for a log line.
pub fn chain<E: Error + ?Sized>(error: &E) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// A handler's result as tonic wants it.
pub fn answer<T, E: ServiceError>(result: Result<T, E>) -> Result<tonic::Response<T>, Status> {
    result.map(tonic::Response::new).map_err(|error| from_error(&error))
}

/// What a layer itself refuses with.
pub(crate) fn refusal(reason: &Reason) -> Status {
    // Spread out, so that those turned away don't come back as one.
    let spread = || Duration::from_millis(rand::random_range(500..1500));
    status(reason, reason.words(), Facts::wait((*reason == Reason::Overloaded).then(spread)))
}

/// The same, as a response.
pub(crate) fn refuse(reason: &Reason) -> HttpResponse {
    refusal(reason).into_http()
}

/// A status of these parts, in a layer that knows more than a reason.
pub(crate) fn status_of(reason: &Reason, words: &str, facts: Facts) -> Status {
    status(reason, words, facts)
}

fn status(reason: &Reason, words: &str, facts: Facts) -> Status {
    let code = code(reason.kind());
    let mut metadata: HashMap<String, String> =
        facts.metadata.into_iter().map(|(key, value)| (key.into_owned(), value)).collect();
    if code == Code::Internal
        && let Some(id) = crate::call::request_id()
    {
        metadata.insert("request_id".to_owned(), id.to_string());
    }
    let mut details = ErrorDetails::new();
    details.set_error_info(reason.as_str(), DOMAIN, metadata);
    details.set_localized_message(LOCALE, words);
    if !facts.violations.is_empty() {
        details.set_bad_request(facts.violations.into_iter().map(violation).collect::<Vec<_>>());
    }
    if facts.retry_after.is_some() {
        details.set_retry_info(facts.retry_after);
    }
    let message = if code == Code::Internal { "internal error" } else { words };
    Status::with_error_details(code, message, details)
}

fn violation(violation: FieldViolation) -> tonic_types::FieldViolation {
    let mut wire = tonic_types::FieldViolation::new(violation.field, violation.description);
    wire.localized_message = Some(LocalizedMessage::new(LOCALE, wire.description.clone()));
    wire.reason = violation.reason.into_owned();
    wire
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_proto::errors::v1::ErrorReason;
    use std::borrow::Cow;
    use std::collections::BTreeSet;

    const PREFIX: &str = "ERROR_REASON_";

    #[derive(Debug, thiserror::Error)]
    #[error("row 17 of {table}")]
    struct Broken {
        table: &'static str,
        #[source]
        cause: std::num::ParseIntError,
        reason: Reason,
    }

    impl ServiceError for Broken {
        fn reason(&self) -> Reason {
            self.reason.clone()
        }
        fn words(&self) -> Cow<'_, str> {
            "人脸比对未通过".into()
        }
        fn facts(&self) -> Facts {
            let facts = Facts::fields(vec![FieldViolation::new("photo", "TOO_NEW", "光线过暗")]);
            Facts { retry_after: Some(Duration::from_mins(1)), ..facts.with("attempts_left", "3") }
        }
    }

    fn broken(reason: Reason) -> Broken {
        Broken { table: "persons", cause: "x".parse::<u8>().unwrap_err(), reason }
    }

    #[test]
    fn codes_and_kinds_agree() {
        for one in ErrorKind::ALL {
            assert_eq!(kind(code(one)), one);
        }
    }

    #[test]
    fn reasons_are_those_of_the_contract() {
        let of_contract: BTreeSet<_> = (0..=1000)
            .filter_map(|number| ErrorReason::try_from(number).ok())
            .filter(|reason| *reason != ErrorReason::Unspecified)
            .map(|reason| reason.as_str_name().strip_prefix(PREFIX).unwrap().to_owned())
            .collect();
        let ours: BTreeSet<_> = Reason::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(ours, of_contract);
        assert_eq!(ours.len(), Reason::ALL.len());
    }

    #[test]
    fn the_contract_tells_the_code_of_each_reason() {
        let contract = include_str!("../../../../../proto/shiming/errors/v1/error_reason.proto");
        for reason in Reason::ALL {
            let comment = format!("  // {PREFIX}{reason}: {}", reason.kind());
            let said = contract.lines().find_map(|line| line.strip_prefix(&comment));
            let end = said.and_then(|rest| rest.chars().next());
            assert!(matches!(end, Some(' ' | '.' | ',')), "{comment} … {said:?}");
        }
    }

    #[test]
    fn everything_an_error_says_survives_the_wire() {
        let of_newer_peer = Reason::read("SOMETHING_NEW", ErrorKind::Aborted);
        for (reason, code) in [(Reason::FaceNotSame, Code::Unauthenticated), (of_newer_peer, Code::Aborted)] {
            let status = from_error(&broken(reason.clone()));
            assert_eq!((status.code(), status.message()), (code, "人脸比对未通过"));
            let details = status.get_error_details();
            let said = &details.bad_request().unwrap().field_violations[0].localized_message;
            assert_eq!(
                said.as_ref().map(|said| (&*said.locale, &*said.message)),
                Some(("zh-CN", "光线过暗"))
            );
            let problem = Problem::from_status(&status);
            assert_eq!((&problem.reason, problem.words.as_str()), (&reason, "人脸比对未通过"));
            assert_eq!(problem.facts, broken(reason).facts());
            let again = Problem::from_status(&from_error(&problem));
            assert_eq!(again, problem, "a service may pass another's problem on");
        }
    }

    #[test]
    fn a_status_without_a_reason_is_judged_by_its_code() {
        let problem = Problem::from_status(&Status::not_found("of a proxy"));
        assert_eq!((problem.reason.as_str(), problem.kind()), ("NOT_FOUND", ErrorKind::NotFound));
        assert!(!problem.words.is_ascii());
    }

    #[tokio::test]
    async fn an_internal_error_shows_nothing_but_the_request_id() {
        let error = broken(Reason::Internal);
        let status = crate::call::with_request_id("r-1".into(), async { from_error(&error) }).await;
        assert_eq!(status.message(), "internal error");
        let problem = Problem::from_status(&status);
        assert_eq!(problem.facts.metadata["request_id"], "r-1");
        assert!(!format!("{status:?}").contains("persons"));
        assert_eq!(chain(&error), "row 17 of persons: invalid digit found in string");
    }
}
