//! `GET /api/demo/sample-photo`: a face for those without a camera.

use axum::response::IntoResponse;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// Eileen Collins, photographed by NASA; in the public domain.
const ASTRONAUT: &[u8] = include_bytes!("../../../demo/astronaut.jpg");

/// Gives the sample photo.
#[utoipa::path(
    get,
    path = "/api/demo/sample-photo",
    tag = "demo",
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>))
)]
pub(crate) async fn sample_photo() -> impl IntoResponse {
    ([(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, "public, max-age=3600")], ASTRONAUT)
}
