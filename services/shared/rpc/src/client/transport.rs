//! Connections to every address of a peer, and their failures as statuses.

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use http::Uri;
use shiming_kernel::Reason;
use shiming_runtime::Shutdown;
use shiming_runtime::config::PeerConfig;
use tokio::sync::watch;
use tonic::transport::Channel;
use tower::{Service, ServiceExt as _};

use super::ConnectError;
use super::resolve::{self, Resolver};
use super::template::Template;
use crate::status::refuse;
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

    if secure != peer.tls.is_some() {
        return Err(wrong());
    }
    let template = Template::new(uri, &host, peer)?;
    // Built once here, so that refused certificates stop the start instead of every call.
    template.at(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let (channel, changes) = Channel::balance_channel(64);
    let (found_tx, found) = watch::channel(false);
    let resolver = Resolver::new(host, port, template, changes, found_tx);
    resolve::follow(resolver, peer.resolve_interval.get(), shutdown);
    Ok(Transport { channel, found, patience: peer.connect_timeout.get() })
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
    let mut response = refuse(&Reason::Unavailable);
    response.extensions_mut().insert(NotSent);
    response
}

fn refused(error: &tonic::transport::Error) -> HttpResponse {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = source {
        if cause.is::<tonic::TimeoutExpired>() {
            return refuse(&Reason::DeadlineExceeded);
        }
        if cause.is::<tonic::ConnectError>() {
            tracing::debug!(error = %crate::status::chain(cause), "connect failed");
            return not_sent();
        }
        source = cause.source();
    }
    // A connection that broke: whether the peer acted on the call is unknown.
    tracing::debug!(error = %crate::status::chain(error), "call broke");
    refuse(&Reason::Unavailable)
}
