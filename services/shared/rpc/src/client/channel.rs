//! The one type all generated clients wrap.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use tower::Service;

use crate::step::{HttpRequest, HttpResponse, Next, Stack};

/// A channel to another service, with deadlines, retries, trace context and balancing. Cheap to clone; every failure is a gRPC status.
#[derive(Clone)]
pub struct ClientChannel(Arc<dyn Call>);

/// A stack whose type nobody needs to spell.
trait Call: Send + Sync {
    fn call(&self, request: HttpRequest) -> BoxFuture<'static, Result<HttpResponse, Infallible>>;
}

impl<N: Next> Call for Stack<N> {
    fn call(&self, request: HttpRequest) -> BoxFuture<'static, Result<HttpResponse, Infallible>> {
        Service::call(&mut self.clone(), request)
    }
}

impl ClientChannel {
    pub(super) fn new(stack: Stack<impl Next>) -> Self {
        Self(Arc::new(stack))
    }
}

impl Service<HttpRequest> for ClientChannel {
    type Response = HttpResponse;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<HttpResponse, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Readiness is awaited inside the call.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        self.0.call(request)
    }
}

impl std::fmt::Debug for ClientChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientChannel")
    }
}
