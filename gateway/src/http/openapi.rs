//! The documentation of the API, made from the contract: `/api/openapi.json`.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;
use shiming_rpc::policy;

use crate::SharedEdge;
use crate::contract::{Contract, openapi};
use crate::error::GatewayError;
use crate::http::fixed::Fixed;

/// Made when somebody asks for it first. A contract that makes no sense has stopped the start already.
static DOCUMENT: LazyLock<Option<Fixed>> = LazyLock::new(|| {
    let document = openapi(&Contract::read().ok()?, &policy::pool().ok()?).ok()?;
    Some(Fixed::json("api/openapi.json", "public, max-age=300", &document))
});

/// Serves the document.
pub(crate) fn route() -> Router<SharedEdge> {
    Router::new().route("/api/openapi.json", get(serve))
}

async fn serve(State(edge): State<SharedEdge>, asked: HeaderMap) -> Result<Response, GatewayError> {
    let document = DOCUMENT.clone().ok_or(GatewayError::Internal("the contract can't be shown"))?;
    Ok(edge.compressed.send(document, &asked).await)
}
