//! Rate, errors and duration per method, as one histogram.

use opentelemetry::KeyValue;
use opentelemetry::metrics::Histogram;
use tokio::time::Instant;

use super::Facts;
use crate::body::OnEnd;
use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Debug)]
pub(in crate::server) struct Metrics {
    duration: Histogram<f64>,
}

impl Metrics {
    pub(in crate::server) fn new() -> Self {
        let duration = opentelemetry::global::meter("shiming.rpc")
            .f64_histogram("rpc.server.duration")
            .with_unit("s")
            .with_description("Time from a call's arrival to its status.")
            .build();
        Self { duration }
    }
}

impl Step for Metrics {
    async fn run<N: Next>(self, request: HttpRequest, next: N) -> HttpResponse {
        let Some(facts) = Facts::of(&request).filter(|facts| !facts.is_open()) else {
            return next.call(request).await;
        };
        let start = Instant::now();
        let count = OnEnd::new(move |outcome| {
            let labels = [
                KeyValue::new("rpc.method", facts.name().to_owned()),
                KeyValue::new("rpc.grpc.status_code", outcome.code as i64),
            ];
            self.duration.record(start.elapsed().as_secs_f64(), &labels);
        });
        let response = next.call(request).await;
        count.watch(response)
    }
}
