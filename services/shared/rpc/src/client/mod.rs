//! Channels to other services: what a generated client wraps, `PersonServiceClient::new(channel)`.

mod channel;
mod resolve;
mod retry_budget;
mod stack;
mod steps;
mod template;
mod transport;

use http::HeaderValue;
use shiming_kernel::{ClientInfo, Redacted};
use shiming_runtime::Shutdown;
use shiming_runtime::config::PeerConfig;
use tonic::metadata::{Ascii, MetadataValue};

use crate::metadata;
use crate::policy::{PolicyError, PolicyTable};
pub use channel::ClientChannel;

/// Why a channel can't be made. Being unreachable is no reason: that shows per call.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URI is none, or lacks its host.
    #[error("{0}: not a peer's URI")]
    Uri(String),
    /// A certificate file can't be read.
    #[error("{path}: {cause}")]
    CertificateFile {
        /// Where it should be.
        path: String,
        /// Why not.
        cause: std::io::Error,
    },
    /// Certificates were refused.
    #[error("{}", crate::status::chain(.0))]
    Transport(#[from] tonic::transport::Error),
}

/// Makes channels for one process.
#[derive(Clone, Debug)]
pub struct Connector {
    caller: HeaderValue,
    policies: PolicyTable,
    shutdown: Shutdown,
}

impl Connector {
    /// A connector for the process that calls itself `caller`: `gateway`, a service's name, `ops:<name>`. The name counts on plaintext loopback
    /// only; with TLS the certificate says it.
    pub fn new(caller: &'static str, shutdown: &Shutdown) -> Result<Self, PolicyError> {
        Ok(Self {
            caller: HeaderValue::from_static(caller),
            policies: PolicyTable::contract()?,
            shutdown: shutdown.clone(),
        })
    }

    /// A channel to `peer`. Connections open with the first call; addresses are followed in the background until the shutdown.
    pub fn connect(&self, peer: &PeerConfig) -> Result<ClientChannel, ConnectError> {
        let caller = peer.tls.is_none().then(|| self.caller.clone());
        let transport = transport::open(peer, &self.shutdown)?;
        Ok(ClientChannel::new(stack::build(self.policies.clone(), caller, transport)))
    }
}

/// Attaches a person's session to a request.
pub fn with_session<T>(mut request: tonic::Request<T>, token: &Redacted<String>) -> tonic::Request<T> {
    // A token is base64url; one that can't be a header can't be valid either, and the callee says so.
    if let Ok(mut value) = MetadataValue::<Ascii>::try_from(token.expose().as_str()) {
        value.set_sensitive(true);
        request.metadata_mut().insert(metadata::SESSION, value);
    }
    request
}

/// Attaches what the gateway knows of the person's device to a request.
pub fn with_client_info<T>(mut request: tonic::Request<T>, client: &ClientInfo) -> tonic::Request<T> {
    let parts = [
        (metadata::CLIENT_IP_HASH, &client.ip_hash),
        (metadata::CLIENT_AGENT, &client.user_agent),
        (metadata::CLIENT_OPENID_HASH, &client.openid_hash),
        (metadata::CLIENT_DEVICE_HASH, &client.device_hash),
    ];
    for (name, value) in parts {
        let value = value.as_deref().map(|value| value.chars().take(200).collect::<String>());
        if let Some(Ok(value)) = value.map(MetadataValue::<Ascii>::try_from) {
            request.metadata_mut().insert(name, value);
        }
    }
    request
}
