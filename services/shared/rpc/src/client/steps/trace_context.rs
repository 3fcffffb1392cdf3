//! Hands the current trace on.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::Injector;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Copy, Debug)]
pub(in crate::client) struct TraceContext;

impl Step for TraceContext {
    async fn run<N: Next>(self, mut request: HttpRequest, next: N) -> HttpResponse {
        // No span of its own: the callee's, as a child of the caller's, says all.
        let context = tracing::Span::current().context();
        opentelemetry::global::get_text_map_propagator(|propagator| {
            propagator.inject_context(&context, &mut Headers(request.headers_mut()));
        });
        next.call(request).await
    }
}

struct Headers<'a>(&'a mut HeaderMap);

impl Injector for Headers<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
