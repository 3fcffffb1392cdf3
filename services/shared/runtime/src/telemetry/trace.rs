//! The trace a request belongs to.
//!
//! A span costs more than the hop it describes: a place in the registry, two locks at every entry, attributes that are copied twice. So a
//! span is made only for a request that is recorded. The others carry their ids alone, in the context that log lines, callees and events
//! read: they are found together all the same.

use std::sync::OnceLock;

use opentelemetry::Context;
use opentelemetry::context::{FutureExt as _, WithContext};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};
use tracing::Instrument as _;
use tracing::instrument::Instrumented;

use crate::config::TelemetryConfig;

/// The field by which a span says that [`begins_recorded`] has chosen it: as OpenTracing named it.
pub(super) const CHOSEN: &str = "sampling.priority";

/// The share of new traces that are recorded.
static SHARE: OnceLock<f64> = OnceLock::new();

pub(super) fn configure(config: &TelemetryConfig) {
    let share = if config.otlp_endpoint.is_some() { config.sample_ratio } else { 0.0 };
    SHARE.get_or_init(|| share);
}

/// Decides whether a trace that begins now is recorded. Its first span says so by the field `sampling.priority = 1`.
pub fn begins_recorded() -> bool {
    // Without telemetry of ours (in a unit test) it is the subscriber's to decide.
    SHARE.get().is_none_or(|share| rand::random::<f64>() < *share)
}

/// The ids of a request that isn't recorded: of its caller's trace, or of a new one.
pub fn unrecorded(caller: Option<&SpanContext>) -> Context {
    let trace_id = caller.map_or_else(|| TraceId::from(rand::random::<u128>()), SpanContext::trace_id);
    let state = caller.map_or(TraceState::NONE, |caller| caller.trace_state().clone());
    let span_id = SpanId::from(rand::random::<u64>());
    let ids = SpanContext::new(trace_id, span_id, TraceFlags::NOT_SAMPLED, false, state);
    Context::new().with_remote_span_context(ids)
}

/// The id of the trace that this task works for, 32 hex digits.
pub fn current_id() -> Option<String> {
    Context::map_current(|context| {
        let span = context.span();
        let ids = span.span_context();
        ids.is_valid().then(|| ids.trace_id().to_string())
    })
}

/// Takes the trace along into a task of its own.
pub fn in_this_trace<F: Future>(work: F) -> Instrumented<WithContext<F>> {
    work.with_current_context().in_current_span()
}
