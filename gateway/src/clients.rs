//! The services behind the gateway.

use shiming_rpc::{ClientChannel, Connector};

use crate::config::Peers;

/// A channel to each service.
#[derive(Debug)]
pub(crate) struct Clients {
    pub(crate) identity: ClientChannel,
    pub(crate) face_auth: ClientChannel,
    pub(crate) enterprise_binding: ClientChannel,
    pub(crate) messaging: ClientChannel,
}

impl Clients {
    /// Connections open with the first call.
    pub(crate) fn connect(connector: &Connector, peers: &Peers) -> anyhow::Result<Self> {
        Ok(Self {
            identity: connector.connect(&peers.identity)?,
            face_auth: connector.connect(&peers.face_auth)?,
            enterprise_binding: connector.connect(&peers.enterprise_binding)?,
            messaging: connector.connect(&peers.messaging)?,
        })
    }

    /// The channel to the service that serves `name`, such as `shiming.identity.v1.SessionService`.
    pub(crate) fn serving(&self, name: &str) -> Option<&ClientChannel> {
        match name.strip_prefix("shiming.")?.split('.').next()? {
            "identity" => Some(&self.identity),
            "face" => Some(&self.face_auth),
            "enterprise" => Some(&self.enterprise_binding),
            "messaging" => Some(&self.messaging),
            _ => None,
        }
    }
}
