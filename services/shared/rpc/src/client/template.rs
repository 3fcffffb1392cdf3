//! What all connections to one peer have in common.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use http::Uri;
use shiming_runtime::config::{ConnectTls, PeerConfig};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

use super::ConnectError;
use crate::certificate;

/// The settings of every connection to one peer.
#[derive(Clone, Debug)]
pub(super) struct Template {
    origin: Uri,
    tls: Option<ClientTlsConfig>,
    connect_timeout: Duration,
    keep_alive_while_idle: bool,
}

impl Template {
    /// With the certificates read.
    pub(super) fn new(origin: Uri, host: &str, peer: &PeerConfig) -> Result<Self, ConnectError> {
        let tls = peer.tls.as_ref().map(|tls| tls_config(tls, host)).transpose()?;
        let keep_alive_while_idle = peer.keep_alive_while_idle;
        Ok(Self { origin, tls, connect_timeout: peer.connect_timeout.get(), keep_alive_while_idle })
    }

    #[cfg(test)]
    pub(super) fn plaintext(origin: &'static str) -> Self {
        let origin = Uri::from_static(origin);
        Self { origin, tls: None, connect_timeout: Duration::from_secs(1), keep_alive_while_idle: true }
    }

    /// The peer at one of its addresses; its authority, and with TLS its expected name, stay the peer's.
    pub(super) fn at(&self, address: SocketAddr) -> Result<Endpoint, tonic::transport::Error> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let endpoint = Endpoint::from_shared(format!("{scheme}://{address}"))?
            .origin(self.origin.clone())
            .connect_timeout(self.connect_timeout)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(5))
            .keep_alive_while_idle(self.keep_alive_while_idle);
        match &self.tls {
            Some(tls) => endpoint.tls_config(tls.clone()),
            None => Ok(endpoint),
        }
    }
}

fn tls_config(tls: &ConnectTls, host: &str) -> Result<ClientTlsConfig, ConnectError> {
    let name = tls.server_name.clone().unwrap_or_else(|| host.to_owned());
    let chain = read_pem(&tls.cert)?;
    certificate::watch(&format!("to {name}"), &chain);
    Ok(ClientTlsConfig::new()
        .domain_name(name)
        .ca_certificate(Certificate::from_pem(read_pem(&tls.ca)?))
        .identity(Identity::from_pem(chain, read_pem(&tls.key)?)))
}

fn read_pem(path: &Path) -> Result<Vec<u8>, ConnectError> {
    // Three small files, once, while starting.
    std::fs::read(path)
        .map_err(|cause| ConnectError::CertificateFile { path: path.display().to_string(), cause })
}
