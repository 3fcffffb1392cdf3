//! Rate, errors and duration of outgoing calls, as one histogram.

use opentelemetry::KeyValue;
use opentelemetry::metrics::Histogram;
use tokio::time::Instant;

use crate::body::OnEnd;
use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Debug)]
pub(in crate::client) struct Metrics {
    duration: Histogram<f64>,
}

impl Metrics {
    pub(in crate::client) fn new() -> Self {
        let duration = opentelemetry::global::meter("shiming.rpc")
            .f64_histogram("rpc.client.duration")
            .with_unit("s")
            .with_description("Time from a call's start to its status, repeats included.")
            .build();
        Self { duration }
    }
}

impl Step for Metrics {
    async fn run<N: Next>(self, request: HttpRequest, next: N) -> HttpResponse {
        let start = Instant::now();
        // Generated clients call a closed set of paths.
        let method = request.uri().path().trim_start_matches('/').to_owned();
        let count = OnEnd::new(move |outcome| {
            let labels = [
                KeyValue::new("rpc.method", method),
                KeyValue::new("rpc.grpc.status_code", outcome.code as i64),
            ];
            self.duration.record(start.elapsed().as_secs_f64(), &labels);
        });
        let response = next.call(request).await;
        count.watch(response)
    }
}
