//! The one type all generated clients wrap.

use std::convert::Infallible;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use tower::Service;
use tower::util::BoxCloneSyncService;

use crate::step::{HttpRequest, HttpResponse};

/// A channel to another service, with deadlines, retries, trace context and balancing. Cheap to clone; every failure is a gRPC status.
#[derive(Clone)]
pub struct ClientChannel(BoxCloneSyncService<HttpRequest, HttpResponse, Infallible>);

impl ClientChannel {
    pub(super) fn new<S>(stack: S) -> Self
    where
        S: Service<HttpRequest, Response = HttpResponse, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        Self(BoxCloneSyncService::new(stack))
    }
}

impl Service<HttpRequest> for ClientChannel {
    type Response = HttpResponse;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<HttpResponse, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
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
