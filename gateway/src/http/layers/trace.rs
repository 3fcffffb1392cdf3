//! The request's span: the root of its trace, whatever a browser may send.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use opentelemetry::trace::TraceContextExt as _;
use shiming_runtime::telemetry::trace;
use tracing::{Instrument as _, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use uuid::Uuid;

use crate::http::request_id;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The route as it is written in the code: what stands for a path in spans, logs and metrics. A path itself may hold an id, a query anything.
pub(super) fn route(request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or_else(|| "pages".to_owned(), |path| path.as_str().to_owned())
}

/// Begins the trace and names the request after it. A span is made only when it is recorded; see [`trace`](shiming_runtime::telemetry::trace).
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let (id, mut response) = if trace::begins_recorded() {
        recorded(request, next).await
    } else {
        let context = trace::unrecorded(None);
        let id: Arc<str> = context.span().span_context().trace_id().to_string().into();
        let work = request_id::scope(Arc::clone(&id), next.run(request));
        (id, trace::with_ids(work, context).await)
    };
    if let Ok(id) = HeaderValue::try_from(&*id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn recorded(request: Request, next: Next) -> (Arc<str>, Response) {
    let route = route(&request);
    let span = tracing::info_span!(
        parent: None,
        "http",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        otel.status_code = field::Empty,
        http.route = route,
        http.response.status_code = field::Empty,
        sampling.priority = 1,
    );
    let id: Arc<str> = trace_id(&span).unwrap_or_else(|| Uuid::new_v4().simple().to_string()).into();
    let work = request_id::scope(Arc::clone(&id), next.run(request)).instrument(span.clone());
    let response = work.await;
    span.record("http.response.status_code", response.status().as_u16());
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    (id, response)
}

/// 32 hex digits.
fn trace_id(span: &Span) -> Option<String> {
    let context = span.context();
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| span.trace_id().to_string())
}
