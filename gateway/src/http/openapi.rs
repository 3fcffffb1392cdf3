//! The documentation of the API, as `make contract` makes it from the contract: `/api/openapi.json`.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;

use crate::SharedEdge;
use crate::http::fixed::Fixed;

static DOCUMENT: LazyLock<Fixed> = LazyLock::new(|| {
    Fixed::json("api/openapi.json", "public, max-age=300", include_bytes!("../../openapi.json").as_slice())
});

/// Serves the document.
pub(crate) fn route() -> Router<SharedEdge> {
    Router::new().route("/api/openapi.json", get(serve))
}

async fn serve(State(edge): State<SharedEdge>, asked: HeaderMap) -> Response {
    edge.compressed.send(DOCUMENT.clone(), &asked).await
}
