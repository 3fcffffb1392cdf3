//! What a handler may ask about the call it serves.

use std::future::Future;
use std::sync::Arc;

use opentelemetry::trace::TraceContextExt as _;
use shiming_kernel::{CallContext, Caller, Redacted, ServiceError};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::metadata;
use crate::status::answer;

tokio::task_local! {
    static REQUEST_ID: Arc<str>;
}

/// Who calls, on whose behalf and until when, as the layers proved it.
///
/// Outside the layers of [`server`](crate::server) (only a unit test gets there) the caller is a service without a name, which no
/// rule admits.
pub fn context<T>(request: &tonic::Request<T>) -> CallContext {
    request
        .extensions()
        .get::<CallContext>()
        .cloned()
        .unwrap_or_else(|| CallContext::new(Caller::Service(String::new())))
}

/// Runs a use case for a call and turns what comes of it into an answer: how a service's rpc layer does all its unary methods.
///
/// ```ignore
/// serve(request, |call, ask| async move { app::read_message(&self.0, &call, meta(&ask)?, parse_id("message_id", &ask.message_id)?).await })
/// ```
pub async fn serve<Q, A, E: ServiceError, F: Future<Output = Result<A, E>>>(
    request: tonic::Request<Q>,
    work: impl FnOnce(CallContext, Q) -> F,
) -> Result<tonic::Response<A>, tonic::Status> {
    let call = context(&request);
    answer(work(call, request.into_inner()).await)
}

/// The session token the call carries, to hand on to a service that checks it itself.
pub fn session_token<T>(request: &tonic::Request<T>) -> Option<Redacted<String>> {
    let value = request.metadata().get(metadata::SESSION)?.to_str().ok()?;
    (!value.is_empty()).then(|| Redacted::from(value))
}

/// What the log and an internal error call the request of this task: the trace's id where there is one.
pub fn request_id() -> Option<Arc<str>> {
    REQUEST_ID.try_with(Arc::clone).ok()
}

pub(crate) async fn with_request_id<F: Future>(id: Arc<str>, work: F) -> F::Output {
    REQUEST_ID.scope(id, work).await
}

/// The id of the trace `span` belongs to, 32 hex digits.
pub(crate) fn trace_id(span: &tracing::Span) -> Option<String> {
    let context = span.context();
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| span.trace_id().to_string())
}
