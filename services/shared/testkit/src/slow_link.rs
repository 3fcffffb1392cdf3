//! A loopback TCP link as a long way is: what goes in comes out a while later.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A way to a server that takes `delay` in each direction. Its connections end when it is dropped.
#[derive(Debug)]
pub struct SlowLink {
    port: u16,
    _accepting: JoinSet<()>,
}

impl SlowLink {
    /// Opens a way to a server on the loopback.
    pub async fn to(server: u16, delay: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().map(|address| address.port()).expect("a bound port");
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut links = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                links.spawn(carry(near, SocketAddr::from((Ipv4Addr::LOCALHOST, server)), delay));
            }
        });
        Self { port, _accepting: accepting }
    }

    /// The loopback port of its near end.
    pub fn port(&self) -> u16 {
        self.port
    }
}

async fn carry(near: TcpStream, server: SocketAddr, delay: Duration) {
    let Ok(far) = TcpStream::connect(server).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    tokio::join!(pass(near_in, far_out, delay), pass(far_in, near_out, delay));
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, delay: Duration) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        tokio::time::sleep(delay).await;
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
    // Whoever was read from has ended; the other end hears it.
    drop(to.shutdown().await);
}
