//! Accepted connections: who is on the other end, and patience that ends.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use shiming_kernel::Caller;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

/// How long a peer may take to say its first byte.
const FIRST_BYTE: Duration = Duration::from_secs(10);
/// The wait after a failed accept (mostly: no file descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What is known of a connection. One per connection, shared by its requests.
#[derive(Clone, Debug)]
pub(crate) struct PeerInfo {
    pub(crate) address: SocketAddr,
    /// Read from the certificate once, at the first request.
    pub(crate) caller: Arc<OnceLock<Option<Caller>>>,
}

/// Accepted connections until soft.
pub(crate) fn incoming(
    listener: TcpListener,
    soft: CancellationToken,
) -> impl Stream<Item = io::Result<PeerStream>> {
    futures::stream::unfold((listener, soft), |(listener, soft)| async move {
        loop {
            match listener.accept().await {
                Ok((stream, address)) => {
                    // Latency matters more than packets; a peer that is gone already shows at the first read.
                    drop(stream.set_nodelay(true));
                    let stream = PeerStream::new(stream, address, soft.clone());
                    return Some((Ok(stream), (listener, soft)));
                }
                Err(error) => {
                    tracing::warn!(%error, "accept failed");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    })
}

/// A TCP stream that is closed if the peer has said nothing when its patience ends or the server stops: tonic's graceful shutdown waits
/// for every connection, also for one that never speaks.
pub(crate) struct PeerStream {
    stream: TcpStream,
    info: PeerInfo,
    silence: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl PeerStream {
    fn new(stream: TcpStream, address: SocketAddr, soft: CancellationToken) -> Self {
        let silence = async move {
            tokio::select! {
                () = soft.cancelled() => {}
                () = tokio::time::sleep(FIRST_BYTE) => {}
            }
        };
        Self { stream, info: PeerInfo { address, caller: Arc::default() }, silence: Some(Box::pin(silence)) }
    }
}

impl Connected for PeerStream {
    type ConnectInfo = PeerInfo;

    fn connect_info(&self) -> PeerInfo {
        self.info.clone()
    }
}

impl AsyncRead for PeerStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            self.silence = None;
            return read;
        }
        if self.silence.as_mut().is_some_and(|silence| silence.as_mut().poll(context).is_ready()) {
            self.silence = None;
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl AsyncWrite for PeerStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
