//! Repeats calls that may be repeated, when the peer could not be reached.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, stream};
use http::HeaderMap;
use http_body::Frame;
use http_body_util::{BodyExt as _, BodyStream, Full, StreamBody};
use shiming_kernel::Reason;
use tokio::time::Instant;
use tonic::Code;
use tonic::body::Body;

use crate::client::retry_budget::RetryBudget;
use crate::client::transport::NotSent;
use crate::policy::PolicyTable;
use crate::status::refuse;
use crate::step::{HttpRequest, HttpResponse, Next, Step};
use crate::{deadline, metadata};

/// The largest request that is kept for a repeat.
const KEPT: usize = 64 * 1024;
const ATTEMPTS: u32 = 3;
/// The first wait is a random part of this, the next of its double.
const BACKOFF: Duration = Duration::from_millis(50);

#[derive(Clone, Debug)]
pub(in crate::client) struct Retry {
    policies: PolicyTable,
    budget: RetryBudget,
}

impl Retry {
    pub(in crate::client) fn new(policies: PolicyTable) -> Self {
        Self { policies, budget: RetryBudget::full() }
    }

    /// Whether `response` is a failure that a repeat may mend.
    fn wants_repeat(&self, response: &HttpResponse, repeatable: bool) -> bool {
        if !is_unavailable(response.headers()) {
            self.budget.succeeded();
            return false;
        }
        let allowed = self.budget.failed();
        allowed && (repeatable || response.extensions().get::<NotSent>().is_some())
    }
}

impl Step for Retry {
    async fn run<N: Next>(self, request: HttpRequest, next: N) -> HttpResponse {
        let method = self.policies.find(request.uri().path());
        let unary = method.is_some_and(|method| !method.client_streaming && !method.server_streaming);
        if !unary {
            return next.call(request).await;
        }
        let repeatable = method.is_some_and(|method| method.is_repeatable());
        let end = end_of(&request);
        let (parts, body) = request.into_parts();
        let body = match keep(body).await {
            Kept::Whole(body) => body,
            Kept::TooLarge(body) => return next.call(HttpRequest::from_parts(parts, body)).await,
            Kept::Broken => return refuse(&Reason::Internal),
        };

        let mut attempt = 1;
        loop {
            let response = next.clone().call(rebuild(&parts, body.clone(), end)).await;
            if attempt == ATTEMPTS || !self.wants_repeat(&response, repeatable) {
                return response;
            }
            let wait = (BACKOFF * 2_u32.pow(attempt - 1)).mul_f64(rand::random_range(0.0..1.0));
            if end.is_some_and(|end| Instant::now() + wait >= end) {
                return response;
            }
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }
}

/// A request's body, read so far as it is worth keeping.
enum Kept {
    Whole(Bytes),
    TooLarge(Body),
    Broken,
}

async fn keep(mut body: Body) -> Kept {
    let mut kept = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Kept::Broken };
        // A request has no trailers in gRPC.
        let Ok(data) = frame.into_data() else { continue };
        kept.extend_from_slice(&data);
        if kept.len() > KEPT {
            let read = stream::iter([Ok(Frame::data(kept.freeze()))]);
            return Kept::TooLarge(Body::new(StreamBody::new(read.chain(BodyStream::new(body)))));
        }
    }
    Kept::Whole(kept.freeze())
}

fn is_unavailable(headers: &HeaderMap) -> bool {
    headers.get("grpc-status").is_some_and(|value| Code::from_bytes(value.as_bytes()) == Code::Unavailable)
}

/// When the deadline layer above ends the call.
fn end_of(request: &HttpRequest) -> Option<Instant> {
    let value = request.headers().get(metadata::TIMEOUT)?.to_str().ok()?;
    deadline::parse(value).map(|time| Instant::now() + time)
}

/// The same request once more, with the time that is left now.
fn rebuild(parts: &http::request::Parts, body: Bytes, end: Option<Instant>) -> HttpRequest {
    let mut request = HttpRequest::new(Body::new(Full::new(body)));
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.version_mut() = parts.version;
    *request.headers_mut() = parts.headers.clone();
    *request.extensions_mut() = parts.extensions.clone();
    let left = end.map(|end| end.saturating_duration_since(Instant::now()));
    if let Some(Ok(value)) = left.map(|left| http::HeaderValue::try_from(deadline::format(left))) {
        request.headers_mut().insert(metadata::TIMEOUT, value);
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};
    use tonic::Status;

    const READ: &str = "/shiming.identity.v1.SessionService/IntrospectSession";

    /// Answers with what stands in the queue, then OK, and keeps the time each request had.
    #[derive(Clone, Default)]
    struct Script(Arc<Mutex<(VecDeque<HttpResponse>, Vec<Duration>)>>);

    impl Next for Script {
        async fn call(self, request: HttpRequest) -> HttpResponse {
            let timeout = request.headers().get(metadata::TIMEOUT).and_then(|value| value.to_str().ok());
            let mut script = self.0.lock().unwrap();
            script.1.extend(timeout.and_then(deadline::parse));
            script.0.pop_front().unwrap_or_else(|| Status::ok("").into_http())
        }
    }

    async fn run(path: &str, answers: Vec<HttpResponse>) -> (Code, Vec<Duration>) {
        let script = Script::default();
        script.0.lock().unwrap().0 = answers.into();
        let mut request = HttpRequest::new(Body::empty());
        *request.uri_mut() = path.parse().unwrap();
        request.headers_mut().insert(metadata::TIMEOUT, "5S".parse().unwrap());
        let retry = Retry::new(PolicyTable::contract().unwrap());
        let response = retry.run(request, script.clone()).await;
        let code = Status::from_header_map(response.headers()).unwrap().code();
        let timeouts = script.0.lock().unwrap().1.clone();
        (code, timeouts)
    }

    fn unavailable() -> HttpResponse {
        refuse(&Reason::Unavailable)
    }

    fn not_sent() -> HttpResponse {
        let mut response = unavailable();
        response.extensions_mut().insert(NotSent);
        response
    }

    #[tokio::test(start_paused = true)]
    async fn every_repeat_has_only_the_time_that_is_left() {
        let (code, timeouts) = run(READ, vec![unavailable(), unavailable()]).await;
        assert_eq!((code, timeouts.len()), (Code::Ok, 3));
        assert!(timeouts.is_sorted_by(|before, after| before > after), "{timeouts:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn other_refusals_are_answers() {
        let (code, timeouts) = run(READ, vec![refuse(&Reason::Overloaded)]).await;
        assert_eq!((code, timeouts.len()), (Code::ResourceExhausted, 1));
    }

    #[test]
    fn what_must_not_be_repeated_is_repeated_only_if_it_was_never_sent() {
        let retry = Retry::new(PolicyTable::default());
        assert!(!retry.wants_repeat(&unavailable(), false));
        assert!(retry.wants_repeat(&unavailable(), true));
        assert!(retry.wants_repeat(&not_sent(), false));
    }

    #[tokio::test(start_paused = true)]
    async fn streams_and_strangers_pass_through() {
        for path in ["/shiming.face.v1.FaceSessionService/SubmitCapture", "/elsewhere.Service/Method"] {
            assert_eq!(run(path, vec![not_sent()]).await.0, Code::Unavailable, "{path}");
        }
    }
}
