//! Tokens that open nothing any more leave the browser with the answer that says so.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use shiming_kernel::Reason;

use crate::SharedEdge;
use crate::browser::cookie::Cookie;
use crate::http::problem::Refused;

/// Makes the browser forget a token that a service no longer knows.
pub(crate) async fn forget_dead_tokens(
    State(edge): State<SharedEdge>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let refused = response.extensions().get::<Refused>();
    let dead = match refused.map(|refused| &refused.reason) {
        // A call with the old token that came while the new one was on its way must not take that along; and if the answer with the new one
        // got lost, the old one is what it can be asked for again with.
        Some(Reason::SessionInvalid) if refused.is_some_and(|one| one.error.is_renewed()) => return response,
        Some(Reason::SessionInvalid) => Cookie::Session,
        Some(Reason::CollectionNotFound) => Cookie::Collection,
        _ => return response,
    };
    (edge.cookies.clear(dead), response).into_response()
}
