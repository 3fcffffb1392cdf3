//! No status without a reason: what the library or a panic answered is replaced by what the contract knows.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use http::HeaderMap;
use shiming_kernel::Reason;
use tonic::{Code, Status};

use super::Facts;
use crate::body;
use crate::status::{refusal, refuse};
use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Errors;

impl Step for Errors {
    async fn run<N: Next>(self, request: HttpRequest, next: N) -> HttpResponse {
        let Some(facts) = Facts::of(&request).filter(|facts| !facts.is_open()) else {
            return next.call(request).await;
        };
        let Ok(response) = AssertUnwindSafe(next.call(request)).catch_unwind().await else {
            tracing::error!(method = facts.name(), "handler panicked");
            return refuse(&Reason::Internal);
        };
        match replace(response.headers()) {
            Some(status) => status.into_http(),
            None => body::map_status(response, replace),
        }
    }
}

/// The status to send instead of one that has no details.
fn replace(headers: &HeaderMap) -> Option<Status> {
    if headers.contains_key("grpc-status-details-bin") {
        return None;
    }
    let status = Status::from_header_map(headers).filter(|status| status.code() != Code::Ok)?;
    Some(refusal(&reason_for(&status)))
}

/// tonic answers INTERNAL to a request that is broken, cut or missing; it is the caller's.
fn is_of_the_request(message: &str) -> bool {
    const STARTS: [&str; 6] = [
        "failed to decode Protobuf message",
        "Missing request message",
        "Unexpected EOF decoding stream",
        "protocol error: received message with",
        "h2 protocol error",
        "error reading a body from connection",
    ];
    STARTS.iter().any(|start| message.starts_with(start))
}

fn reason_for(status: &Status) -> Reason {
    match status.code() {
        Code::OutOfRange => Reason::RequestTooLarge,
        Code::InvalidArgument => Reason::InvalidField,
        Code::Unimplemented => Reason::MethodUnknown,
        Code::DeadlineExceeded | Code::Cancelled => Reason::DeadlineExceeded,
        Code::ResourceExhausted => Reason::Overloaded,
        Code::Unauthenticated => Reason::CallerUnknown,
        Code::PermissionDenied => Reason::CallerNotAllowed,
        Code::Internal | Code::Unknown if is_of_the_request(status.message()) => Reason::InvalidField,
        Code::Unavailable => Reason::Unavailable,
        Code::Ok
        | Code::Internal
        | Code::Unknown
        | Code::DataLoss
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::Aborted => {
            tracing::error!(code = ?status.code(), message = status.message(), "a status without a reason");
            Reason::Internal
        }
    }
}
