//! A telemetry collector inside the test: a real OTLP receiver on a free loopback port.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

/// A span as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedSpan {
    /// `service.name` of the sender.
    pub service: String,
    /// The span's name.
    pub name: String,
    /// 32 hex digits.
    pub trace_id: String,
    /// 16 hex digits.
    pub span_id: String,
    /// 16 hex digits; empty for a root.
    pub parent_span_id: String,
    /// Attributes, as text.
    pub attributes: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default)]
struct Received {
    spans: Vec<ReceivedSpan>,
    metrics: Vec<String>,
}

/// Collects what processes send to [`endpoint`](Self::endpoint). Stops when dropped.
#[derive(Debug)]
pub struct OtlpReceiver {
    endpoint: String,
    received: watch::Receiver<Received>,
    /// Aborts the server when dropped.
    _server: JoinSet<()>,
}

impl OtlpReceiver {
    /// Starts on a free port; needs a tokio runtime.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a loopback port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (sender, received) = watch::channel(Received::default());
        let sink = Sink(Arc::new(sender));
        let mut server = JoinSet::new();
        server.spawn(async move {
            Server::builder()
                .add_service(
                    TraceServiceServer::new(sink.clone())
                        .accept_compressed(tonic::codec::CompressionEncoding::Gzip),
                )
                .add_service(
                    MetricsServiceServer::new(sink)
                        .accept_compressed(tonic::codec::CompressionEncoding::Gzip),
                )
                .serve_with_incoming(TcpListenerStream::new(listener))
                .await
                .expect("the receiver serves until it is aborted");
        });
        Self { endpoint: format!("http://{address}"), received, _server: server }
    }

    /// For `telemetry.otlp_endpoint`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// All spans so far, in order of arrival.
    pub fn spans(&self) -> Vec<ReceivedSpan> {
        self.received.borrow().spans.clone()
    }

    /// The names of all metrics so far, one for each arrival.
    pub fn metrics(&self) -> Vec<String> {
        self.received.borrow().metrics.clone()
    }

    /// Waits until the spans satisfy `enough`, checked at every arrival, and returns them; panics with what arrived when `limit` is over.
    pub async fn wait_for(
        &self,
        enough: impl Fn(&[ReceivedSpan]) -> bool,
        limit: Duration,
    ) -> Vec<ReceivedSpan> {
        let mut received = self.received.clone();
        let waited = tokio::time::timeout(limit, received.wait_for(|now| enough(&now.spans))).await;
        if let Ok(Ok(now)) = waited {
            return now.spans.clone();
        }
        let spans = self.spans();
        assert!(enough(&spans), "not within {limit:?}; arrived: {spans:#?}");
        spans
    }

    /// Waits until a metric of this name arrived; panics when `limit` is over.
    pub async fn wait_for_metric(&self, name: &str, limit: Duration) {
        let mut received = self.received.clone();
        let arrived = |now: &Received| now.metrics.iter().any(|metric| metric == name);
        let waited = tokio::time::timeout(limit, received.wait_for(arrived)).await;
        assert!(waited.is_ok_and(|waited| waited.is_ok()), "no {name} within {limit:?}");
    }
}

#[derive(Clone)]
struct Sink(Arc<watch::Sender<Received>>);

#[tonic::async_trait]
impl TraceService for Sink {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let spans = spans(request.into_inner());
        self.0.send_modify(|received| received.spans.extend(spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Sink {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let resources = request.into_inner().resource_metrics.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_metrics);
        let names: Vec<_> = scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name).collect();
        self.0.send_modify(|received| received.metrics.extend(names));
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

fn spans(request: ExportTraceServiceRequest) -> Vec<ReceivedSpan> {
    let mut all = Vec::new();
    for resource in request.resource_spans {
        let service = service_name(resource.resource.as_ref());
        for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            all.push(ReceivedSpan {
                service: service.clone(),
                name: span.name,
                trace_id: hex(&span.trace_id),
                span_id: hex(&span.span_id),
                parent_span_id: hex(&span.parent_span_id),
                attributes: attributes(&span.attributes),
            });
        }
    }
    all
}

fn service_name(resource: Option<&Resource>) -> String {
    resource.and_then(|resource| attributes(&resource.attributes).remove("service.name")).unwrap_or_default()
}

fn attributes(list: &[KeyValue]) -> BTreeMap<String, String> {
    list.iter().map(|one| (one.key.clone(), one.value.as_ref().map(text).unwrap_or_default())).collect()
}

fn text(value: &AnyValue) -> String {
    match &value.value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::IntValue(value)) => value.to_string(),
        Some(Value::DoubleValue(value)) => value.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}
