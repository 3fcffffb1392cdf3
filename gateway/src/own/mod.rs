//! What the edge does by itself, a file each: no method of the contract, or one that a browser can't call as it is. Grouped by how long they
//! may take.

mod bootstrap;
mod captcha;
mod capture;
pub(crate) mod codes;
pub(crate) mod demo;

use axum::Router;
use axum::routing::{get, post};

use crate::SharedEdge;

/// Everything that is answered at once.
pub(crate) fn quick(with_demo: bool) -> Router<SharedEdge> {
    let routes = Router::new()
        .route("/api/bootstrap", get(bootstrap::bootstrap))
        .route("/api/codes", get(codes::codes))
        .route("/api/captcha", get(captcha::issue));
    if with_demo {
        routes
            .route("/api/demo/sample-photo", get(demo::sample_photo::sample_photo))
            .route("/api/demo/clips/{clip}", get(demo::clip::clip))
    } else {
        routes
    }
}

/// What takes as long as a phone needs to send pictures.
pub(crate) fn uploads(with_demo: bool) -> Router<SharedEdge> {
    let routes = Router::new().route("/api/face/{faceSessionId}/capture", post(capture::capture));
    if with_demo { routes.route("/api/demo/reference", post(demo::reference::reference)) } else { routes }
}
