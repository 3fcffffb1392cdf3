//! An event's delivery belongs to the trace of the request that caused it, however much later it happens.

use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::global::get_text_map_propagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::claim::Run;

const TRACE_PARENT: &str = "traceparent";

/// The W3C `traceparent` of the current span, or of the current request where nothing is recorded; `None` outside a trace.
pub(crate) fn current() -> Option<String> {
    let mut carrier = HashMap::new();
    Context::map_current(|context| {
        get_text_map_propagator(|propagator| propagator.inject_context(context, &mut carrier));
    });
    carrier.remove(TRACE_PARENT)
}

/// A span for delivering `runs`: in their trace when they share one, else in one of its own.
pub(super) fn span(runs: &[Run]) -> Span {
    let mut parents = runs.iter().flat_map(|run| &run.rows).map(|row| row.trace_parent.as_deref());
    let first = parents.next().flatten();
    let events: usize = runs.iter().map(|run| run.rows.len()).sum();
    let span = tracing::info_span!("outbox.deliver", otel.kind = "producer", outbox.events = events);
    if let Some(parent) = first
        && parents.all(|other| other == Some(parent))
    {
        let carrier = HashMap::from([(TRACE_PARENT.to_owned(), parent.to_owned())]);
        let context = get_text_map_propagator(|propagator| propagator.extract(&carrier));
        // Without a telemetry layer (in a unit test) there is nothing to connect.
        drop(span.set_parent(context));
    }
    span
}
