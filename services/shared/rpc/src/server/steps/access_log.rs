//! The canonical log line: one per call, with everything a dashboard or a search starts from and nothing personal.

use tokio::time::Instant;

use super::Facts;
use crate::body::OnEnd;
use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct AccessLog;

impl Step for AccessLog {
    async fn run<N: Next>(self, request: HttpRequest, next: N) -> HttpResponse {
        let Some(facts) = Facts::of(&request).filter(|facts| !facts.is_open()) else {
            return next.call(request).await;
        };
        let start = Instant::now();
        let line = OnEnd::new(move |outcome| {
            let duration_ms = start.elapsed().as_secs_f64() * 1000.0;
            tracing::info!(
                target: "shiming_rpc::call",
                method = facts.name(),
                caller = facts.0.caller.get().map(String::as_str),
                code = ?outcome.code,
                reason = outcome.reason.as_deref(),
                duration_ms = (duration_ms * 100.0).round() / 100.0,
                request_id = &*facts.0.request_id,
                "call"
            );
        });
        let response = next.call(request).await;
        line.watch(response)
    }
}
