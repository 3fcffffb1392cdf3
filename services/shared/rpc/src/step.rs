//! Layers written as one async function each.
//!
//! A [`Step`] sees the request, calls what follows, and sees the response. Errors are responses too (a gRPC status in the headers), so
//! nothing here can fail and server and client share the frame. A stack is a nesting of [`Layered`]; its type spells the order.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::body::Body;
use tower::{Layer, Service, ServiceExt as _};

pub(crate) type HttpRequest = http::Request<Body>;
pub(crate) type HttpResponse = http::Response<Body>;

/// One layer.
pub(crate) trait Step: Clone + Send + Sync + 'static {
    fn run<N: Next>(self, request: HttpRequest, next: N) -> impl Future<Output = HttpResponse> + Send;
}

/// What follows a layer.
pub(crate) trait Next: Send + Sync + 'static {
    fn call(&mut self, request: HttpRequest) -> impl Future<Output = HttpResponse> + Send;
}

/// Any infallible HTTP service as what follows.
pub(crate) struct Inner<S>(S);

impl<S> Next for Inner<S>
where
    S: Service<HttpRequest, Response = HttpResponse, Error = Infallible> + Send + Sync + 'static,
    S::Future: Send,
{
    async fn call(&mut self, request: HttpRequest) -> HttpResponse {
        let ready = match self.0.ready().await {
            Ok(service) => service.call(request).await,
            Err(never) => match never {},
        };
        match ready {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// A step around a service.
#[derive(Clone, Debug)]
pub(crate) struct Layered<P, S> {
    step: P,
    inner: S,
}

impl<P, S> Service<HttpRequest> for Layered<P, S>
where
    P: Step,
    S: Service<HttpRequest, Response = HttpResponse, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    type Response = HttpResponse;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Readiness is awaited inside the call, on the clone that takes it.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let (step, inner) = (self.step.clone(), self.inner.clone());
        Box::pin(async move { Ok(step.run(request, Inner(inner)).await) })
    }
}

/// Makes a tower layer of a step.
pub(crate) fn step<P: Step>(step: P) -> StepLayer<P> {
    StepLayer(step)
}

#[derive(Clone, Debug)]
pub(crate) struct StepLayer<P>(P);

impl<P: Step, S> Layer<S> for StepLayer<P> {
    type Service = Layered<P, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Layered { step: self.0.clone(), inner }
    }
}
