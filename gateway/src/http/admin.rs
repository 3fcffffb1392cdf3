//! The plaintext port for probes: `/livez`, `/readyz`, nothing else.

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use shiming_runtime::Shutdown;

/// Ready until the shutdown begins, so that balancers turn away before the sockets close.
pub(crate) fn router(shutdown: &Shutdown) -> Router {
    let begun = shutdown.begun();
    let ready = move || {
        let ended = begun.is_cancelled();
        async move { if ended { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK } }
    };
    Router::new().route("/livez", get(async || StatusCode::OK)).route("/readyz", get(ready))
}
