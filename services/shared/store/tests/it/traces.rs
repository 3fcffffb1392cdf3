//! A delivery joins the trace of the request that caused it.

use std::sync::{Arc, Mutex};

use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use shiming_store::{Delivery, DeliveryError, EventSink, Relay, RelayConfig};
use shiming_testkit::{TestDatabase, on_each_database};
use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::fixture::{commit, event, open};

on_each_database!(the_sink_runs_in_the_request_s_trace);

#[derive(Default)]
struct TraceIds(Mutex<Vec<String>>);

fn current_trace() -> String {
    tracing::Span::current().context().span().span_context().trace_id().to_string()
}

#[async_trait::async_trait]
impl EventSink for TraceIds {
    async fn deliver(&self, _events: Vec<Delivery>) -> Result<(), DeliveryError> {
        self.0.lock().unwrap().push(current_trace());
        Ok(())
    }
}

async fn the_sink_runs_in_the_request_s_trace(database: TestDatabase) {
    let fixture = open(database).await;
    opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
    let tracer = SdkTracerProvider::builder().build().tracer("test");
    let subscriber = tracing_subscriber::registry().with(tracing_opentelemetry::layer().with_tracer(tracer));
    let sink = Arc::new(TraceIds::default());
    let relay =
        Relay::new(fixture.store.clone(), Arc::clone(&sink) as Arc<dyn EventSink>, RelayConfig::default());
    let request = async {
        let request = async {
            commit(&fixture.store, |tx| tx.emit(event("key", "payload"))).await;
            current_trace()
        };
        let requested = request.instrument(tracing::info_span!("request")).await;
        assert_eq!(relay.deliver_once().await.unwrap(), 1);
        requested
    };
    let requested = request.with_subscriber(subscriber).await;
    assert_ne!(requested, "0".repeat(32));
    assert_eq!(*sink.0.lock().unwrap(), [requested]);
}
