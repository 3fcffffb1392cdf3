//! The plaintext port for the kubelet, whose gRPC probes speak no TLS: gRPC health, `/livez`, `/readyz`, nothing else.

use std::convert::Infallible;
use std::time::Duration;

use http::{Method, StatusCode};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::Request;
use tonic::body::Body;
use tonic::transport::{Error, Server};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health as _, HealthServer};
use tower::{Service as _, service_fn};

use super::peer;
use super::readiness::ReadyHealth;
use crate::step::{HttpRequest, HttpResponse};

/// Serves until soft, so that probes hear `NOT_SERVING` during the drain. Without a listener there is nothing to do.
pub(super) async fn serve(
    listener: Option<TcpListener>,
    health: ReadyHealth,
    soft: CancellationToken,
) -> Result<(), Error> {
    let Some(listener) = listener else { return Ok(()) };
    let service = service_fn(move |request| answer(request, health.clone()));
    Server::builder()
        .accept_http1(true)
        .http2_keepalive_interval(Some(Duration::from_secs(20)))
        .serve_with_incoming_shutdown(service, peer::incoming(listener, soft.clone()), soft.cancelled_owned())
        .await
}

async fn answer(request: HttpRequest, health: ReadyHealth) -> Result<HttpResponse, Infallible> {
    if request.method() == Method::POST {
        return HealthServer::new(health).call(request).await;
    }
    let status = match request.uri().path() {
        "/livez" => StatusCode::OK,
        "/readyz" if is_serving(health).await => StatusCode::OK,
        "/readyz" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::NOT_FOUND,
    };
    let mut response = HttpResponse::new(Body::empty());
    *response.status_mut() = status;
    Ok(response)
}

async fn is_serving(health: ReadyHealth) -> bool {
    let checked = health.check(Request::new(HealthCheckRequest::default())).await;
    checked.is_ok_and(|answer| answer.into_inner().status() == ServingStatus::Serving)
}
