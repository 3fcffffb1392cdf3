//! One trace from the caller's span to the callee's, seen by a real collector.

use std::time::Duration;

use opentelemetry::trace::TraceContextExt as _;
use shiming_runtime::config::TelemetryConfig;
use shiming_runtime::telemetry;
use shiming_testkit::OtlpReceiver;
use tracing::Instrument as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::rig::{Rig, log_out};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trace_goes_on_at_the_other_end() {
    let collector = OtlpReceiver::start().await;
    let config = TelemetryConfig {
        otlp_endpoint: Some(collector.endpoint().to_owned()),
        sample_ratio: 1.0,
        ..TelemetryConfig::default()
    };
    let guard = telemetry::init(&config, "rpc-test").unwrap();
    let rig = Rig::start().await;

    let page = tracing::info_span!("page");
    let trace_id = page.context().span().span_context().trace_id().to_string();
    rig.client("gateway").log_out(log_out("")).instrument(page).await.unwrap();
    assert_eq!(rig.seen.context().trace_id.as_deref(), Some(trace_id.as_str()), "what an audit row will say");

    guard.shutdown().await;
    let name = "shiming.identity.v1.SessionService/LogOut";
    let arrived = |spans: &[shiming_testkit::ReceivedSpan]| {
        spans.iter().any(|span| span.name == name) && spans.iter().any(|span| span.name == "page")
    };
    let spans = collector.wait_for(arrived, Duration::from_secs(10)).await;
    let page = spans.iter().find(|span| span.name == "page").unwrap();
    let call = spans.iter().find(|span| span.name == name).unwrap();
    assert_eq!((&page.trace_id, &call.trace_id), (&trace_id, &trace_id));
    assert_eq!(call.parent_span_id, page.span_id);
    assert_eq!(call.service, "rpc-test");
    assert_eq!(call.attributes.get("rpc.grpc.status_code").map(String::as_str), Some("0"));
    collector.wait_for_metric("rpc.server.duration", Duration::from_secs(10)).await;
}
