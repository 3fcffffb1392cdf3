//! `GET /api/demo/clips/{clip}`: the sample person doing what a challenge may ask for.

use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;

use crate::SharedEdge;
use crate::error::GatewayError;

/// Gives a clip: a form of JPEG parts named `frame`, 25 of them a second. The bootstrap says which clips there are.
pub(crate) async fn clip(
    State(edge): State<SharedEdge>,
    Path(clip): Path<String>,
    asked: HeaderMap,
) -> Result<Response, GatewayError> {
    let clip = edge.sample_person.as_ref().and_then(|person| person.clip(&clip));
    Ok(edge.compressed.send(clip.ok_or(GatewayError::NoSuchPath)?, &asked).await)
}
