//! Response bodies that know how the call ended.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::step::HttpResponse;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) code: Code,
    pub(crate) reason: Option<String>,
}

impl Outcome {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let status = headers.get("grpc-status")?;
        let code = Code::from_bytes(status.as_bytes());
        let reason = (code != Code::Ok).then(|| Status::from_header_map(headers)).flatten();
        let reason = reason.and_then(|status| status.get_details_error_info()).map(|info| info.reason);
        Some(Self { code, reason })
    }
}

/// What to do when a call ends: once, at its status, or with CANCELLED when the caller goes away first and everything is dropped.
pub(crate) struct OnEnd(Option<Box<dyn FnOnce(Outcome) + Send>>);

impl OnEnd {
    /// Make it before the call, so that a call dropped half-way ends too.
    pub(crate) fn new(ended: impl FnOnce(Outcome) + Send + 'static) -> Self {
        Self(Some(Box::new(ended)))
    }

    /// Goes with the response until its status has passed.
    pub(crate) fn watch(mut self, response: HttpResponse) -> HttpResponse {
        if let Some(outcome) = Outcome::of(response.headers()) {
            self.end(outcome);
            return response;
        }
        response.map(|inner| Body::new(Watched { inner, on_end: self }))
    }

    fn end(&mut self, outcome: Outcome) {
        if let Some(ended) = self.0.take() {
            ended(outcome);
        }
    }
}

impl Drop for OnEnd {
    fn drop(&mut self) {
        self.end(Outcome { code: Code::Cancelled, reason: None });
    }
}

struct Watched {
    inner: Body,
    on_end: OnEnd,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(outcome) = frame.trailers_ref().and_then(Outcome::of) {
                    self.on_end.end(outcome);
                }
            }
            Poll::Ready(Some(Err(status))) => {
                let outcome = Outcome { code: status.code(), reason: None };
                self.on_end.end(outcome);
            }
            Poll::Ready(None) => self.on_end.end(Outcome { code: Code::Unknown, reason: None }),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// The call's place in its trace.
#[derive(Clone, Debug)]
pub(crate) enum Surroundings {
    Span(tracing::Span),
    Context(opentelemetry::Context),
}

/// Polls `inner` inside the call's trace, so that what a streaming handler does belongs to it.
pub(crate) fn within(response: HttpResponse, surroundings: Surroundings) -> HttpResponse {
    response.map(|inner| Body::new(Within { inner, surroundings }))
}

struct Within {
    inner: Body,
    surroundings: Surroundings,
}

impl HttpBody for Within {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        match &this.surroundings {
            Surroundings::Span(span) => {
                let _entered = span.enter();
                Pin::new(&mut this.inner).poll_frame(context)
            }
            Surroundings::Context(ids) => {
                let _attached = ids.clone().attach();
                Pin::new(&mut this.inner).poll_frame(context)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Ends `response` with `status` at `deadline` if it has not ended by itself.
pub(crate) fn until(response: HttpResponse, deadline: Instant, status: fn() -> Status) -> HttpResponse {
    if Outcome::of(response.headers()).is_some() {
        return response;
    }
    response.map(|inner| Body::new(Until { inner: Some(inner), deadline, sleep: None, status }))
}

struct Until {
    inner: Option<Body>,
    deadline: Instant,
    /// Made when there is something to wait for: a whole message mostly comes with the head.
    sleep: Option<Pin<Box<Sleep>>>,
    status: fn() -> Status,
}

impl HttpBody for Until {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let Some(inner) = &mut this.inner else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(inner).poll_frame(context) {
            return Poll::Ready(frame);
        }
        let deadline = this.deadline;
        let sleep = this.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if sleep.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        this.inner = None;
        let mut trailers = HeaderMap::new();
        let status = (this.status)();
        Poll::Ready(Some(match status.add_header(&mut trailers) {
            Ok(()) => Ok(Frame::trailers(trailers)),
            Err(status) => Err(status),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// Rewrites the status in a response's trailers.
pub(crate) fn map_status(response: HttpResponse, map: fn(&HeaderMap) -> Option<Status>) -> HttpResponse {
    response.map(|inner| Body::new(MapStatus { inner, map }))
}

struct MapStatus {
    inner: Body,
    map: fn(&HeaderMap) -> Option<Status>,
}

impl HttpBody for MapStatus {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        let Poll::Ready(Some(Ok(frame))) = &polled else { return polled };
        let Some(status) = frame.trailers_ref().and_then(self.map) else { return polled };
        let mut trailers = HeaderMap::new();
        match status.add_header(&mut trailers) {
            Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Err(status) => Poll::Ready(Some(Err(status))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
