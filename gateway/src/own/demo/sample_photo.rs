//! `GET /api/demo/sample-photo`: the sample person as an authority would have him.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use crate::SharedEdge;
use crate::error::GatewayError;

/// Gives the sample person's portrait; there is none where `make people` was not run.
pub(crate) async fn sample_photo(
    State(edge): State<SharedEdge>,
    asked: HeaderMap,
) -> Result<Response, GatewayError> {
    let person = edge.sample_person.as_ref().ok_or(GatewayError::NoSuchPath)?;
    Ok(edge.compressed.send(person.portrait(), &asked).await)
}
