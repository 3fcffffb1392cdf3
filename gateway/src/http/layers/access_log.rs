//! The canonical log line, and the one histogram: one entry per request, with everything a search starts from and nothing personal.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Histogram;
use tokio::time::Instant;

use super::trace::route;
use crate::SharedEdge;
use crate::http::problem::Refused;
use crate::http::request_id;

/// Rate, errors and duration of requests.
#[derive(Clone, Debug)]
pub(crate) struct Durations(Histogram<f64>);

impl Durations {
    pub(crate) fn new() -> Self {
        let histogram = opentelemetry::global::meter("shiming.http")
            .f64_histogram("http.server.request.duration")
            .with_unit("s")
            .with_description("Time from a request's arrival to the head of its answer.")
            .build();
        Self(histogram)
    }
}

/// Leaves the line also when the request is dropped half-way because the browser went away.
pub(crate) async fn log_access(State(edge): State<SharedEdge>, request: Request, next: Next) -> Response {
    let mut line =
        Line { route: route(&request), method: request.method().clone(), start: Instant::now(), told: false };
    let response = next.run(request).await;
    let status = response.status().as_u16();
    line.tell(status, response.extensions().get::<Refused>().map(|refused| refused.reason.as_str()));
    let labels = [
        KeyValue::new("http.request.method", method_label(&line.method)),
        KeyValue::new("http.route", line.route.clone()),
        KeyValue::new("http.response.status_code", i64::from(status)),
    ];
    edge.durations.0.record(line.start.elapsed().as_secs_f64(), &labels);
    response
}

/// Methods are free text; labels must not be.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "OTHER",
    }
}

struct Line {
    route: String,
    method: Method,
    start: Instant,
    told: bool,
}

impl Line {
    fn tell(&mut self, status: u16, reason: Option<&str>) {
        self.told = true;
        let duration_ms = self.start.elapsed().as_secs_f64() * 1000.0;
        tracing::info!(
            target: "shiming_gateway::request",
            method = method_label(&self.method),
            route = self.route,
            status,
            reason,
            duration_ms = (duration_ms * 100.0).round() / 100.0,
            request_id = &*request_id::current(),
            "request"
        );
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.told {
            // As other servers note a browser that went away.
            self.tell(499, None);
        }
    }
}
