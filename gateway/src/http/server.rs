//! Accepts connections: bounded in number, each with time limits of its own, and all ended in order at shutdown.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use shiming_runtime::Shutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::browser::visitor::PeerAddress;

/// For the head of a request, slow senders included.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// After an accept that failed for want of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves `router` until soft; connections that are answering then end what they do, the others close at once.
pub(crate) async fn serve(listener: TcpListener, router: Router, connections: usize, shutdown: Shutdown) {
    let places = Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS)));
    let soft = shutdown.soft();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = soft.cancelled() => return,
        };
        let Some((stream, address, place)) = accepted else { continue };
        let (router, soft) = (router.clone(), soft.clone());
        shutdown.spawn("gateway.connection", async move {
            let service = router.map_request(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(PeerAddress(address));
                request.map(Body::new)
            });
            let server = server();
            let connection = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
            tokio::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = soft.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                // Strangers break off; there is nothing to repair.
                tracing::debug!(error, "connection ended");
            }
            drop(place);
        });
    }
}

type Accepted = (TcpStream, std::net::SocketAddr, tokio::sync::OwnedSemaphorePermit);

/// Waits for a place first: connections beyond the limit wait in the system's queue.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => {
            // Only costs a few milliseconds per answer if it fails.
            drop(stream.set_nodelay(true));
            Some((stream, address, place))
        }
        Err(error) => {
            tracing::warn!(%error, "accept failed");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

fn server() -> Builder<TokioExecutor> {
    let mut server = Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(64 * 1024);
    server
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(20))
        .max_concurrent_streams(100)
        .max_header_list_size(16 * 1024);
    server
}
