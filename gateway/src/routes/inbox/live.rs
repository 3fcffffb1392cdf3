//! `GET /api/live`: the counts, as they change.

use axum::extract::State;
use axum::response::IntoResponse;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::live;
use crate::session::SignedIn;

/// Server-sent events: `counts` with `{unreadMessages, openTodos}` now and after every change, `signed-out` when the session is over.
#[utoipa::path(
    get,
    path = "/api/live",
    tag = "inbox",
    responses((status = 200, content_type = "text/event-stream", body = live::Counts))
)]
pub(crate) async fn live(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, GatewayError> {
    let events = live::open(&edge, &signed_in).await?;
    // Proxies that would collect the stream are asked not to.
    Ok(([("x-accel-buffering", "no")], events))
}
