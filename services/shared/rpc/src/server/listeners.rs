//! The sockets of one server.

use std::net::SocketAddr;

use shiming_runtime::config::ListenConfig;
use tokio::net::TcpListener;

/// Bound sockets, so that a caller (a test, the all-in-one) knows the ports before anything is served.
#[derive(Debug)]
pub struct Listeners {
    /// Where the services answer.
    pub grpc: TcpListener,
    /// Plaintext health for the kubelet, if wanted.
    pub admin: Option<TcpListener>,
}

impl Listeners {
    /// Binds what the configuration names; port 0 takes a free one.
    pub async fn bind(config: &ListenConfig) -> std::io::Result<Self> {
        Ok(Self {
            grpc: TcpListener::bind(config.grpc).await?,
            admin: Some(TcpListener::bind(config.admin).await?),
        })
    }

    /// A free loopback port and no admin port, for tests.
    pub async fn loopback() -> std::io::Result<Self> {
        Ok(Self { grpc: TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?, admin: None })
    }

    /// Where the services answer.
    pub fn grpc_address(&self) -> std::io::Result<SocketAddr> {
        self.grpc.local_addr()
    }
}
