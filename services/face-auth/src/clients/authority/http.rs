//! Calls to the vendors' HTTP interfaces: bounded in time and size, and quiet about what they carry.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, redirect};
use serde::de::DeserializeOwned;
use shiming_rpc::deadline;

use super::HostedFault;
use crate::domain::ProviderOutcome;

/// No answer of theirs comes near it.
const MOST: usize = 1024 * 1024;

/// A client that goes where it is sent and nowhere else.
pub(super) fn client() -> Result<Client, reqwest::Error> {
    Client::builder().no_proxy().redirect(redirect::Policy::none()).build()
}

/// Sends, and reads the JSON that comes back, within `timeout` and what the call served has left. The URL may hold a secret: it never
/// reaches the log.
pub(super) async fn answer<T: DeserializeOwned>(
    request: RequestBuilder,
    timeout: Duration,
) -> Result<T, HostedFault> {
    let timeout = deadline::remaining().map_or(timeout, |rest| rest.min(timeout));
    let body = tokio::time::timeout(timeout, body(request)).await.map_err(|_| HostedFault::TimedOut)??;
    serde_json::from_slice(&body).map_err(|fault| {
        tracing::error!(line = fault.line(), column = fault.column(), "the provider answers out of contract");
        HostedFault::Broken(ProviderOutcome::ProviderTemporary)
    })
}

async fn body(request: RequestBuilder) -> Result<Vec<u8>, HostedFault> {
    let mut response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if !status.is_success() {
        tracing::warn!(status = status.as_u16(), "the provider failed");
        return Err(HostedFault::Broken(ProviderOutcome::ProviderTemporary));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MOST {
            tracing::error!("the provider's answer is too long");
            return Err(HostedFault::Broken(ProviderOutcome::ProviderTemporary));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unreachable(error: reqwest::Error) -> HostedFault {
    let error = error.without_url();
    if error.is_timeout() {
        return HostedFault::TimedOut;
    }
    tracing::warn!(error = %shiming_rpc::status::chain(&error), "the provider can't be reached");
    HostedFault::Broken(ProviderOutcome::ProviderTemporary)
}
