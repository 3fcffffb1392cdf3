//! How long an outgoing call may take: never longer than the call it serves.

use std::time::Duration;

use http::HeaderValue;
use shiming_kernel::Reason;
use tokio::time::Instant;

use crate::policy::PolicyTable;
use crate::status::{refusal, refuse};
use crate::step::{HttpRequest, HttpResponse, Next, Step};
use crate::{body, deadline, metadata};

/// Kept back from the caller's time, so that the callee's own answer still arrives in time.
const MARGIN: Duration = Duration::from_millis(5);
/// For methods the contract doesn't know.
const DEFAULT: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub(in crate::client) struct Deadline {
    policies: PolicyTable,
}

impl Deadline {
    pub(in crate::client) fn new(policies: PolicyTable) -> Self {
        Self { policies }
    }

    /// The shortest of what was asked for, what is left, and what the method allows.
    fn time_for(&self, request: &HttpRequest) -> Duration {
        let method = self.policies.find(request.uri().path());
        let own = method.map_or(DEFAULT, |method| method.timeout);
        let asked = request.headers().get(metadata::TIMEOUT).and_then(|value| value.to_str().ok());
        let asked = asked.and_then(deadline::parse).unwrap_or(Duration::MAX);
        let left = deadline::remaining().map_or(Duration::MAX, |left| left.saturating_sub(MARGIN));
        own.min(asked).min(left)
    }
}

impl Step for Deadline {
    async fn run<N: Next>(self, mut request: HttpRequest, next: N) -> HttpResponse {
        let time = self.time_for(&request);
        if time.is_zero() {
            return refuse(&Reason::DeadlineExceeded);
        }
        let at = Instant::now() + time;
        if let Ok(value) = HeaderValue::try_from(deadline::format(time)) {
            request.headers_mut().insert(metadata::TIMEOUT, value);
        }
        match tokio::time::timeout_at(at + MARGIN, next.call(request)).await {
            Ok(response) => body::until(response, at + MARGIN, || refusal(&Reason::DeadlineExceeded)),
            Err(_) => refuse(&Reason::DeadlineExceeded),
        }
    }
}
