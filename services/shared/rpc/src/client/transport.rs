//! Connections to every address of a peer, and their failures as statuses.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use http::Uri;
use shiming_runtime::Shutdown;
use shiming_runtime::config::{ConnectTls, PeerConfig};
use tokio::sync::watch;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tower::{Service, ServiceExt as _};

use super::ConnectError;
use super::resolve::{self, Resolver};
use crate::status::Refusal;
use crate::step::{HttpRequest, HttpResponse};

/// Answers with a status where the channel has an error.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    channel: Channel,
    found: watch::Receiver<bool>,
    patience: Duration,
}

/// Marks a response that never reached the peer: it may be repeated whatever the method.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotSent;

pub(super) fn open(peer: &PeerConfig, shutdown: &Shutdown) -> Result<Transport, ConnectError> {
    let wrong = || ConnectError::Uri(peer.uri.clone());
    let uri: Uri = peer.uri.parse().map_err(|_| wrong())?;
    let host = uri.host().ok_or_else(wrong)?.trim_matches(['[', ']']).to_owned();
    let secure = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });

    let tls = peer.tls.as_ref().map(|tls| tls_config(tls, &host)).transpose()?;
    if secure != tls.is_some() {
        return Err(wrong());
    }
    let template = Template { origin: uri, tls, connect_timeout: peer.connect_timeout.get() };
    // Built once here, so that refused certificates stop the start instead of every call.
    template.at(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let (channel, changes) = Channel::balance_channel(64);
    let (found_tx, found) = watch::channel(false);
    let resolver = Resolver::new(host, port, template, changes, found_tx);
    resolve::follow(resolver, peer.resolve_interval.get(), shutdown);
    Ok(Transport { channel, found, patience: peer.connect_timeout.get() })
}

/// The settings of every connection to one peer.
#[derive(Clone, Debug)]
pub(super) struct Template {
    origin: Uri,
    tls: Option<ClientTlsConfig>,
    connect_timeout: Duration,
}

impl Template {
    #[cfg(test)]
    pub(super) fn plaintext(origin: &'static str) -> Self {
        Self { origin: Uri::from_static(origin), tls: None, connect_timeout: Duration::from_secs(1) }
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
            .keep_alive_while_idle(true);
        match &self.tls {
            Some(tls) => endpoint.tls_config(tls.clone()),
            None => Ok(endpoint),
        }
    }
}

fn tls_config(tls: &ConnectTls, host: &str) -> Result<ClientTlsConfig, ConnectError> {
    let name = tls.server_name.clone().unwrap_or_else(|| host.to_owned());
    Ok(ClientTlsConfig::new()
        .domain_name(name)
        .ca_certificate(Certificate::from_pem(read_pem(&tls.ca)?))
        .identity(Identity::from_pem(read_pem(&tls.cert)?, read_pem(&tls.key)?)))
}

fn read_pem(path: &Path) -> Result<Vec<u8>, ConnectError> {
    // Three small files, once, while starting.
    std::fs::read(path)
        .map_err(|cause| ConnectError::CertificateFile { path: path.display().to_string(), cause })
}

impl Transport {
    /// Waits for the first address; a balance channel without any would queue the call until its deadline.
    async fn wait_for_address(&mut self) -> bool {
        if *self.found.borrow() {
            return true;
        }
        let first = self.found.wait_for(|found| *found);
        tokio::time::timeout(self.patience, first).await.is_ok_and(|waited| waited.is_ok())
    }
}

impl Service<HttpRequest> for Transport {
    type Response = HttpResponse;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<HttpResponse, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let mut this = self.clone();
        Box::pin(async move {
            if !this.wait_for_address().await {
                return Ok(not_sent());
            }
            let sent = match this.channel.ready().await {
                Ok(channel) => channel.call(request).await,
                Err(error) => Err(error),
            };
            Ok(sent.unwrap_or_else(|error| refused(&error)))
        })
    }
}

fn not_sent() -> HttpResponse {
    let mut response = Refusal::Unavailable.response();
    response.extensions_mut().insert(NotSent);
    response
}

fn refused(error: &tonic::transport::Error) -> HttpResponse {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = source {
        if cause.is::<tonic::TimeoutExpired>() {
            return Refusal::DeadlineExceeded.response();
        }
        if cause.is::<tonic::ConnectError>() {
            tracing::debug!(error = %crate::status::chain(cause), "connect failed");
            return not_sent();
        }
        source = cause.source();
    }
    // A connection that broke: whether the peer acted on the call is unknown.
    tracing::debug!(error = %crate::status::chain(error), "call broke");
    Refusal::Unavailable.response()
}
