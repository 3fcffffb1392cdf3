//! Turns away what would only queue.

use axum::body::HttpBody as _;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::CONNECTION;
use http::{HeaderValue, Version};

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::http::doors::Place;
use crate::http::host;
use crate::http::linger::read_the_rest;
use crate::http::problem::Refused;

/// What names no host is for nobody. A place is held until the handler has answered, but not while a body is waited for; a stream that only waits for news afterwards takes none.
/// Whoever is refused before the body is read hears why.
pub(crate) async fn shed(State(edge): State<SharedEdge>, request: Request, next: Next) -> Response {
    if let Err(error) = host::check(&request) {
        return error.into_response();
    }
    let places = edge.doors.requests();
    if request.body().is_end_stream() {
        return match places.try_acquire() {
            Ok(_place) => next.run(request).await,
            Err(_) => GatewayError::Overloaded.into_response(),
        };
    }
    let version = request.version();
    let mut request = request.map(|body| read_the_rest(body, &edge.shutdown));
    let Some(place) = Place::take(places) else { return GatewayError::Overloaded.into_response() };
    request.extensions_mut().insert(place.clone());
    let mut response = next.run(request).await;
    place.leave();
    let refused = response.extensions().get::<Refused>();
    if version < Version::HTTP_2 && refused.is_some_and(|one| matches!(*one.error, GatewayError::TooSlow)) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
