//! Layers written as one async function each.
//!
//! A [`Step`] sees the request, calls what follows, and sees the response. Errors are responses too (a gRPC status in the headers), so
//! nothing here can fail and server and client share the frame. A stack is a nesting of [`Layered`]; its type spells the order. The nesting
//! compiles to one future: a call costs one allocation for the whole [`Stack`], not one per layer.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tonic::body::Body;
use tower::{Layer, Service, ServiceExt as _};

pub(crate) type HttpRequest = http::Request<Body>;
pub(crate) type HttpResponse = http::Response<Body>;
/// What a stack answers with.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, Infallible>> + Send>>;

/// One layer.
pub(crate) trait Step: Clone + Send + Sync + 'static {
    fn run<N: Next>(self, request: HttpRequest, next: N) -> impl Future<Output = HttpResponse> + Send;
}

/// What follows a layer.
pub(crate) trait Next: Clone + Send + Sync + 'static {
    fn call(self, request: HttpRequest) -> impl Future<Output = HttpResponse> + Send;
}

/// Any infallible HTTP service as what follows.
#[derive(Clone, Debug)]
pub(crate) struct Inner<S>(pub(crate) S);

impl<S> Next for Inner<S>
where
    S: Service<HttpRequest, Response = HttpResponse, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    async fn call(mut self, request: HttpRequest) -> HttpResponse {
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

/// A step before what follows it.
#[derive(Clone, Debug)]
pub(crate) struct Layered<P, N> {
    step: P,
    next: N,
}

impl<P: Step, N: Next> Next for Layered<P, N> {
    fn call(self, request: HttpRequest) -> impl Future<Output = HttpResponse> + Send {
        self.step.run(request, self.next)
    }
}

/// Makes a tower layer of a step.
pub(crate) fn step<P: Step>(step: P) -> StepLayer<P> {
    StepLayer(step)
}

#[derive(Clone, Debug)]
pub(crate) struct StepLayer<P>(P);

impl<P: Step, N> Layer<N> for StepLayer<P> {
    type Service = Layered<P, N>;

    fn layer(&self, next: N) -> Self::Service {
        Layered { step: self.0.clone(), next }
    }
}

/// Layers and what they stand around, as a service. Cheap to clone.
#[derive(Debug)]
pub(crate) struct Stack<N>(Arc<N>);

impl<N: Next> Stack<N> {
    pub(crate) fn new(layers: N) -> Self {
        Self(Arc::new(layers))
    }
}

impl<N> Clone for Stack<N> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<N: Next> Service<HttpRequest> for Stack<N> {
    type Response = HttpResponse;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Readiness is awaited inside the call, on the clone that takes it.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Answer {
        let layers = N::clone(&self.0);
        Box::pin(async move { Ok(layers.call(request).await) })
    }
}
