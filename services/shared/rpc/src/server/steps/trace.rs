//! The call's place in its trace: a span as a child of the caller's, or only ids where nothing is recorded.

use std::sync::{Arc, OnceLock};

use opentelemetry::Context;
use opentelemetry::propagation::Extractor;
use opentelemetry::trace::TraceContextExt as _;
use shiming_runtime::telemetry::trace;
use tonic::Code;
use tracing::{Instrument as _, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use uuid::Uuid;

use super::{Facts, FactsInner, Target};
use crate::body::{self, OnEnd, Surroundings};
use crate::call;
use crate::policy::PolicyTable;
use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Debug)]
pub(in crate::server) struct Trace {
    policies: PolicyTable,
}

impl Trace {
    pub(in crate::server) fn new(policies: PolicyTable) -> Self {
        Self { policies }
    }

    fn target(&self, path: &str) -> Target {
        match self.policies.find(path) {
            Some(method) => Target::Method(method.clone()),
            None if path.starts_with("/grpc.health.v1.Health/") => Target::Open,
            None if path.starts_with("/grpc.reflection.") => Target::Open,
            None => Target::Unknown,
        }
    }
}

impl Step for Trace {
    async fn run<N: Next>(self, mut request: HttpRequest, next: N) -> HttpResponse {
        let target = self.target(request.uri().path());
        let place = match &target {
            Target::Method(method) => Place::of(&method.path, &request),
            Target::Open | Target::Unknown => Place::Nowhere,
        };
        let trace_id = place.trace_id();
        let request_id: Arc<str> =
            trace_id.clone().unwrap_or_else(|| Uuid::new_v4().simple().to_string()).into();
        let facts = FactsInner { target, request_id: request_id.clone(), trace_id, caller: OnceLock::new() };
        request.extensions_mut().insert(Facts(Arc::new(facts)));

        let work = call::with_request_id(request_id, next.call(request));
        match place {
            Place::Recorded(span) => {
                let ending = span.clone();
                let end = OnEnd::new(move |outcome| {
                    ending.record("rpc.grpc.status_code", outcome.code as i32);
                    if is_our_fault(outcome.code) {
                        ending.record("otel.status_code", "ERROR");
                    }
                });
                let response = work.instrument(span.clone()).await;
                body::within(end.watch(response), Surroundings::Span(span))
            }
            Place::Unrecorded(context) => {
                let response = trace::with_ids(work, context.clone()).await;
                body::within(response, Surroundings::Context(context))
            }
            Place::Nowhere => work.await,
        }
    }
}

/// Where a call stands.
enum Place {
    Recorded(Span),
    Unrecorded(Context),
    Nowhere,
}

impl Place {
    /// The caller's decision is followed; where a trace begins, it is ours.
    fn of(path: &str, request: &HttpRequest) -> Self {
        let parent = opentelemetry::global::get_text_map_propagator(|propagator| {
            propagator.extract(&Headers(request.headers()))
        });
        let caller = parent.span().span_context().clone();
        match caller.is_valid() {
            true if caller.is_sampled() => Self::Recorded(open_span(path, parent)),
            true => Self::Unrecorded(trace::unrecorded(Some(&caller))),
            false if trace::begins_recorded() => Self::Recorded(open_span(path, parent)),
            false => Self::Unrecorded(trace::unrecorded(None)),
        }
    }

    fn trace_id(&self) -> Option<String> {
        match self {
            Self::Recorded(span) => call::trace_id(span),
            Self::Unrecorded(context) => Some(context.span().span_context().trace_id().to_string()),
            Self::Nowhere => None,
        }
    }
}

/// Whether a server's span of this status is an error by OpenTelemetry's conventions.
fn is_our_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

/// Named by the method; few fields, because every field costs.
fn open_span(path: &str, parent: Context) -> Span {
    let span = tracing::info_span!(
        "rpc",
        otel.name = path.trim_start_matches('/'),
        otel.kind = "server",
        otel.status_code = field::Empty,
        rpc.grpc.status_code = field::Empty,
        sampling.priority = 1,
    );
    // Without a telemetry layer (in a unit test) there is nothing to connect.
    drop(span.set_parent(parent));
    span
}

struct Headers<'a>(&'a http::HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}
