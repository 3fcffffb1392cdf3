//! Hands the current trace on.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::Injector;

use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Copy, Debug)]
pub(in crate::client) struct TraceContext;

impl Step for TraceContext {
    async fn run<N: Next>(self, mut request: HttpRequest, next: N) -> HttpResponse {
        // No span of its own: the callee's, as a child of the caller's, says all. The context is the current span's, or bears the ids of a
        // request that isn't recorded.
        Context::map_current(|context| {
            opentelemetry::global::get_text_map_propagator(|propagator| {
                propagator.inject_context(context, &mut Headers(request.headers_mut()));
            });
        });
        next.call(request).await
    }
}

struct Headers<'a>(&'a mut HeaderMap);

impl Injector for Headers<'_> {
    fn set(&mut self, key: &str, value: String) {
        // Most traces have no state.
        if value.is_empty() {
            return;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
