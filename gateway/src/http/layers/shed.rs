//! Turns away what would only queue.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::SharedEdge;
use crate::error::GatewayError;

/// A place is held until the handler has answered; a stream that only waits for news afterwards takes none.
pub(crate) async fn shed(
    State(edge): State<SharedEdge>,
    request: Request,
    next: Next,
) -> Result<Response, GatewayError> {
    let place = Arc::clone(&edge.request_places).try_acquire_owned().map_err(|_| GatewayError::Overloaded)?;
    let response = next.run(request).await;
    drop(place);
    Ok(response)
}
