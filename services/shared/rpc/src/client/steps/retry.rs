//! Repeats calls that may be repeated, when the peer could not be reached.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, stream};
use http::HeaderMap;
use http_body::Frame;
use http_body_util::{BodyExt as _, BodyStream, Full, StreamBody};
use tokio::time::Instant;
use tonic::Code;
use tonic::body::Body;

use crate::client::retry_budget::RetryBudget;
use crate::client::transport::NotSent;
use crate::policy::PolicyTable;
use crate::status::Refusal;
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
    async fn run<N: Next>(self, request: HttpRequest, mut next: N) -> HttpResponse {
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
            Kept::Broken => return Refusal::Internal.response(),
        };

        let mut attempt = 1;
        loop {
            let response = next.call(rebuild(&parts, body.clone(), end)).await;
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
