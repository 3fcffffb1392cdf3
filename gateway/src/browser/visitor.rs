//! Who comes, as far as anybody can tell without a session: an address and a browser, both as keyed hashes.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::USER_AGENT;
use http::request::Parts;
use shiming_crypto::{Keyring, KeyringError, MacKey};
use shiming_kernel::ClientInfo;
use shiming_rpc::client::with_client_info;

use crate::SharedEdge;
use crate::browser::cookie::Cookie;
use crate::browser::proxies::Proxies;
use crate::error::GatewayError;

const LONGEST_AGENT: usize = 200;

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerAddress(pub(crate) SocketAddr);

/// Tells addresses and browsers apart without keeping them.
#[derive(Clone, Debug)]
pub(crate) struct Recogniser {
    proxies: Proxies,
    addresses: MacKey,
    browsers: MacKey,
}

/// Who comes.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// Keyed hash of the address.
    pub(crate) address: String,
    /// Keyed hash of the browser's id; a browser gets its id with its first page.
    pub(crate) browser: Option<String>,
    /// What the browser calls itself.
    pub(crate) agent: Option<String>,
}

impl Recogniser {
    pub(crate) fn new(keyring: &Keyring, proxies: Proxies) -> Result<Self, KeyringError> {
        Ok(Self {
            proxies,
            addresses: MacKey::new(keyring, "gateway.address")?,
            browsers: MacKey::new(keyring, "gateway.browser")?,
        })
    }
}

/// What one household or phone has of the IPv6 space counts as one address.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Finds out who comes, for every layer and handler below.
pub(crate) async fn recognise(State(edge): State<SharedEdge>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<PeerAddress>().map(|peer| peer.0.ip());
    let headers = request.headers();
    let address = edge.recogniser.proxies.origin(peer.unwrap_or(Ipv6Addr::UNSPECIFIED.into()), headers);
    let browser = edge.cookies.read(headers, Cookie::Csrf).and_then(|token| edge.csrf.browser(token));
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let visitor = Visitor {
        address: edge.recogniser.addresses.pseudonym(&household(address).to_string()),
        browser: browser.map(|id| edge.recogniser.browsers.pseudonym(id)),
        agent: agent.map(|agent| agent.chars().take(LONGEST_AGENT).collect()),
    };
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

impl Visitor {
    /// A call to a service on behalf of this visitor.
    pub(crate) fn request<T>(&self, message: T) -> tonic::Request<T> {
        let info = ClientInfo {
            ip_hash: Some(self.address.clone()),
            user_agent: self.agent.clone(),
            openid_hash: None,
            device_hash: self.browser.clone(),
        };
        with_client_info(tonic::Request::new(message), &info)
    }
}

impl FromRequestParts<SharedEdge> for Visitor {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, _: &SharedEdge) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(GatewayError::Internal("the visitor was not recognised"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_household_is_one_address() {
        let same = |a: &str, b: &str| household(a.parse().unwrap()) == household(b.parse().unwrap());
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(!same("10.0.0.1", "10.0.0.2"));
    }
}
