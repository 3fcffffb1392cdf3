//! Only our own pages may change anything: same origin, and a token from a cookie repeated in a header (double submit).
//!
//! The token is a random id of the browser with its MAC, so that nobody can make one up; the id also names the browser for the rate
//! limits. It proves no person.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::ORIGIN;
use http::{HeaderMap, HeaderName, Method, Uri};
use rand::Rng as _;
use shiming_crypto::{Keyring, KeyringError, MacKey, TokenHash};
use url::Url;

use crate::SharedEdge;
use crate::browser::cookie::Cookie;
use crate::config::{HttpConfig, is_loopback};
use crate::error::GatewayError;
use crate::http::host;

/// Repeats the cookie's value.
pub(crate) const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Makes and checks tokens.
#[derive(Clone, Debug)]
pub(crate) struct Csrf {
    key: MacKey,
}

impl Csrf {
    pub(crate) fn new(keyring: &Keyring) -> Result<Self, KeyringError> {
        Ok(Self { key: MacKey::new(keyring, "gateway.csrf")? })
    }

    /// A token for a browser that has none.
    pub(crate) fn issue(&self) -> String {
        let mut id = [0_u8; 16];
        rand::rng().fill(&mut id);
        let id = URL_SAFE_NO_PAD.encode(id);
        let tag = URL_SAFE_NO_PAD.encode(self.key.tag(&[id.as_bytes()]));
        format!("{id}.{tag}")
    }

    /// The browser's id, if the token is one of ours.
    pub(crate) fn browser<'t>(&self, token: &'t str) -> Option<&'t str> {
        let (id, tag) = token.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        self.key.verify(&[id.as_bytes()], &tag).then_some(id)
    }
}

/// Lets a request that changes something pass only from our own pages.
pub(crate) async fn guard(
    State(edge): State<SharedEdge>,
    request: Request,
    next: Next,
) -> Result<Response, GatewayError> {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        check(&edge, request.uri(), request.headers())?;
    }
    Ok(next.run(request).await)
}

fn check(edge: &SharedEdge, uri: &Uri, headers: &HeaderMap) -> Result<(), GatewayError> {
    let same_origin = is_own_origin(&edge.config.http, uri, headers) && is_own_site(headers);
    let cookie = edge.cookies.read(headers, Cookie::Csrf).ok_or(GatewayError::CsrfRefused)?;
    let header = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
    let repeated = header.is_some_and(|header| TokenHash::of(header) == TokenHash::of(cookie));
    if same_origin && repeated && edge.csrf.browser(cookie).is_some() {
        Ok(())
    } else {
        Err(GatewayError::CsrfRefused)
    }
}

/// A browser sends `Origin` with every POST; what sends none is no browser, and has the token to show.
fn is_own_origin(config: &HttpConfig, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Some(origin) = origin.to_str().ok().and_then(|text| Url::parse(text).ok()) else { return false };
    origin.origin() == config.origin() || is_own_loopback(config, &origin, host::of(uri, headers))
}

/// On this machine the pages may be opened as localhost, 127.0.0.1 or `[::1]`, on a port that is known only when it is bound.
fn is_own_loopback(config: &HttpConfig, origin: &Url, host: Option<&str>) -> bool {
    let authority = origin.as_str().strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
    is_loopback(&config.public_origin) && is_loopback(origin) && authority.is_some() && authority == host
}

fn is_own_site(headers: &HeaderMap) -> bool {
    headers.get(FETCH_SITE).is_none_or(|site| site == "same-origin" || site == "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_tokens_name_a_browser() {
        let csrf = Csrf::new(&Keyring::generate()).unwrap();
        let token = csrf.issue();
        assert_eq!(csrf.browser(&token).map(str::len), Some(22));
        assert_ne!(csrf.issue(), token);
        let other = Csrf::new(&Keyring::generate()).unwrap().issue();
        for forged in ["", ".", "abc", "abc.def", other.as_str(), &token[1..], &token[..token.len() - 2]] {
            assert_eq!(csrf.browser(forged), None, "{forged}");
        }
    }
}
