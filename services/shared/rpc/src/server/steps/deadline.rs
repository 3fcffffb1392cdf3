//! The end of every call: the caller's deadline, cut by the method's own.

use std::time::Duration;

use shiming_kernel::Reason;
use tokio::time::Instant;

use super::Facts;
use crate::convert::InvalidField;
use crate::status::{from_error, refusal, refuse};
use crate::step::{HttpRequest, HttpResponse, Next, Step};
use crate::{body, deadline, metadata};

/// tonic cuts a call at the header's time too, but answers CANCELLED: ours must be first.
const MARGIN: Duration = Duration::from_millis(3);

/// What the caller says. A time that can't be read is refused: who sets one would wait for an answer that comes too late.
fn asked(request: &HttpRequest) -> Result<Option<Duration>, InvalidField> {
    let Some(value) = request.headers().get(metadata::TIMEOUT) else { return Ok(None) };
    let asked = value.to_str().ok().and_then(deadline::parse);
    let asked = asked.ok_or_else(|| InvalidField::malformed(metadata::TIMEOUT))?;
    Ok(Some(asked.saturating_sub(MARGIN)))
}

#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Deadline;

impl Step for Deadline {
    async fn run<N: Next>(self, request: HttpRequest, next: N) -> HttpResponse {
        let Some(facts) = Facts::of(&request) else { return refuse(&Reason::Internal) };
        let Some(method) = facts.method() else { return next.call(request).await };
        let asked = match asked(&request) {
            Ok(asked) => asked,
            Err(unreadable) => return from_error(&unreadable).into_http(),
        };
        let at = Instant::now() + asked.map_or(method.timeout, |asked| asked.min(method.timeout));
        let work = deadline::scope(at, next.call(request));
        match tokio::time::timeout_at(at, work).await {
            Err(_) => refuse(&Reason::DeadlineExceeded),
            Ok(response) if method.server_streaming => {
                body::until(response, at, || refusal(&Reason::DeadlineExceeded))
            }
            Ok(response) => response,
        }
    }
}
