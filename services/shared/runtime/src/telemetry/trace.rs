//! The trace a request belongs to.
//!
//! A span costs more than the hop it describes: a place in the registry, two locks at every entry, attributes that are copied twice. So a
//! span is made only for a request that is recorded. The others carry their ids alone, in the context that log lines, callees and events
//! read: they are found together all the same.

use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{self, Poll};

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};
use pin_project_lite::pin_project;
use tracing::Instrument as _;
use tracing::instrument::Instrumented;

use crate::config::TelemetryConfig;

/// The field by which a span says that [`begins_recorded`] has chosen it: as OpenTelemetry's forerunner named it.
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
pub fn in_this_trace<F: Future>(work: F) -> Instrumented<WithIds<F>> {
    with_ids(work, Context::current()).in_current_span()
}

/// Does the work of a request that isn't recorded under its ids; also what is done when it is dropped half-way.
pub fn with_ids<F: Future>(work: F, ids: Context) -> WithIds<F> {
    WithIds { work: Some(work), ids }
}

pin_project! {
    /// See [`with_ids`].
    #[derive(Debug)]
    pub struct WithIds<F> {
        #[pin]
        work: Option<F>,
        ids: Context,
    }

    impl<F> PinnedDrop for WithIds<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _attached = this.ids.clone().attach();
            this.work.set(None);
        }
    }
}

impl<F: Future> Future for WithIds<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _attached = this.ids.clone().attach();
        // Only the drop takes it away.
        this.work.as_pin_mut().map_or(Poll::Pending, |work| work.poll(context))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tells the trace's id when it is dropped.
    struct Told<'a>(&'a mut Option<String>);

    impl Drop for Told<'_> {
        fn drop(&mut self) {
            *self.0 = current_id();
        }
    }

    #[tokio::test]
    async fn work_is_done_and_dropped_under_its_ids() {
        let ids = unrecorded(None);
        let expected = Some(ids.span().span_context().trace_id().to_string());
        assert_eq!(with_ids(async { current_id() }, ids.clone()).await, expected);
        let mut told = None;
        let guard = Told(&mut told);
        drop(with_ids(async move { drop(guard) }, ids));
        assert_eq!((told, current_id()), (expected, None));
    }

    #[test]
    fn a_callee_keeps_the_callers_trace_under_an_id_of_its_own() {
        let outer = unrecorded(None).span().span_context().clone();
        let inner = unrecorded(Some(&outer)).span().span_context().clone();
        assert_eq!(inner.trace_id(), outer.trace_id());
        assert_ne!(inner.span_id(), outer.span_id());
        assert!(inner.is_valid() && !inner.is_sampled());
    }
}
