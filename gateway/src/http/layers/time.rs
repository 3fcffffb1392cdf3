//! How long a request may take; what is left of it bounds every call to a service.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use shiming_rpc::deadline;
use tokio::time::Instant;

use crate::error::GatewayError;

/// The time for the requests of one group of routes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed(pub(crate) Duration);

/// Ends what takes longer.
pub(crate) async fn in_time(
    State(Allowed(time)): State<Allowed>,
    request: Request,
    next: Next,
) -> Result<Response, GatewayError> {
    let end = Instant::now() + time;
    tokio::time::timeout_at(end, deadline::scope(end, next.run(request)))
        .await
        .map_err(|_| GatewayError::TimedOut)
}
