//! The canonical log line: one per call, with everything a dashboard or a search starts from and nothing personal.

use tokio::time::Instant;

use super::Facts;
use crate::body;
use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct AccessLog;

impl Step for AccessLog {
    async fn run<N: Next>(self, request: HttpRequest, mut next: N) -> HttpResponse {
        let Some(facts) = Facts::of(&request).filter(|facts| !facts.is_open()) else {
            return next.call(request).await;
        };
        let start = Instant::now();
        // Not after the await alone: a call dropped half-way (the caller went away) must leave its line too.
        let mut line = Line { facts, start, told: false };
        let response = next.call(request).await;
        body::watch(response, move |outcome| {
            line.tell(&format!("{:?}", outcome.code), outcome.reason.as_deref());
        })
    }
}

struct Line {
    facts: Facts,
    start: Instant,
    told: bool,
}

impl Line {
    fn tell(&mut self, code: &str, reason: Option<&str>) {
        self.told = true;
        let duration_ms = self.start.elapsed().as_secs_f64() * 1000.0;
        tracing::info!(
            target: "shiming_rpc::call",
            method = self.facts.name(),
            caller = self.facts.0.caller.get().map(String::as_str),
            code,
            reason,
            duration_ms = (duration_ms * 100.0).round() / 100.0,
            request_id = &*self.facts.0.request_id,
            "call"
        );
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.told {
            self.tell("Cancelled", None);
        }
    }
}
