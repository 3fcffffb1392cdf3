//! Whom a request is for: exactly one host, written as hosts are (RFC 9112, section 3.2).

use http::header::HOST;
use http::{HeaderMap, Request, Uri, Version};

use crate::error::GatewayError;

/// Host and port that the request names; HTTP/2 says it in its `:authority`.
pub(crate) fn of<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
    let header = || headers.get(HOST).and_then(|host| host.to_str().ok());
    uri.authority().map(http::uri::Authority::as_str).or_else(header)
}

/// Refuses what names no host, several, or none that could be one.
pub(crate) fn check<B>(request: &Request<B>) -> Result<(), GatewayError> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    let authority = request.uri().authority().map(http::uri::Authority::as_str);
    let is_right = match (first, request.version()) {
        (Some(host), Version::HTTP_2) => {
            authority.is_none_or(|authority| host == authority) && is_host(host.as_bytes())
        }
        (Some(host), _) => is_host(host.as_bytes()),
        (None, Version::HTTP_2) => authority.is_some(),
        (None, Version::HTTP_10) => true,
        (None, _) => false,
    };
    let is_right =
        is_right && second.is_none() && authority.is_none_or(|authority| is_host(authority.as_bytes()));
    if is_right { Ok(()) } else { Err(GatewayError::field("Host", "MALFORMED", "请求的地址不正确")) }
}

/// `name`, `name:port`, `[address]:port`.
fn is_host(host: &[u8]) -> bool {
    let (name, rest) = match host.iter().rposition(|byte| *byte == b']') {
        Some(end) => host.split_at(end + 1),
        None => host.split_at(host.iter().position(|byte| *byte == b':').unwrap_or(host.len())),
    };
    let is_name = match name {
        [b'[', address @ .., b']'] => {
            address.iter().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(byte))
        }
        name => name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(byte)),
    };
    let is_port =
        rest.is_empty() || (rest[0] == b':' && rest.len() <= 6 && rest[1..].iter().all(u8::is_ascii_digit));
    is_name && is_port && !name.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_or_addresses_with_or_without_a_port() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "a-b.example.cn", "x:"] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for host in
            ["", ":80", "a/b", "a b", "a@b", "a:b", "a:1:2", "[::1", "[x]", "a?b", "a#b", "a:123456", "名"]
        {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
    }
}
