//! Accepts connections: bounded in number, each with time limits of its own, and all ended in order at shutdown.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use shiming_runtime::{Room, Shutdown, Taken};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::SharedEdge;
use crate::browser::visitor::{PeerAddress, household};

/// For the head of a request, slow senders included.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// After an accept that failed for want of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Of all connections, one address may hold at most one part in so many.
const SHARE: usize = 8;
const PROBES: usize = 64;

/// How many connections may be open, and how many of one address.
pub(crate) struct Connections {
    places: Arc<Semaphore>,
    room: Arc<Room>,
    /// Knows our proxies, through which everybody comes.
    edge: Option<SharedEdge>,
}

impl Connections {
    pub(crate) fn of_browsers(edge: &SharedEdge) -> Self {
        let most = edge.config.http.connection_limit;
        Self { edge: Some(Arc::clone(edge)), ..Self::new(most, most.div_ceil(SHARE)) }
    }

    pub(crate) fn of_probes() -> Self {
        Self::new(PROBES, PROBES)
    }

    fn new(most: usize, share: usize) -> Self {
        let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self { places, room: Room::new(most, share), edge: None }
    }

    /// A share of the address's, nothing for a proxy of ours.
    fn admit(&self, address: SocketAddr) -> Option<Taken> {
        let address = address.ip().to_canonical();
        let is_proxy = self.edge.as_ref().is_some_and(|edge| edge.recogniser.is_proxy(address));
        self.room.take(&household(address).to_string(), usize::from(!is_proxy)).ok()
    }
}

/// Serves `router` until soft; connections that are answering then end what they do, the others close at once.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    shutdown: Shutdown,
) {
    let soft = shutdown.soft();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &connections.places) => accepted,
            () = soft.cancelled() => return,
        };
        let Some((stream, address, place)) = accepted else { continue };
        let Some(share) = connections.admit(address) else { continue };
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
            drop((place, share));
        });
    }
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

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
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(32 * 1024);
    server
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(20))
        .max_concurrent_streams(100)
        .max_header_list_size(16 * 1024);
    server
}
