//! Which address a request came from, as far as our own proxies tell.
//!
//! Proxies spell addresses as they like: bare, with a port, IPv6 in brackets, quoted (RFC 7239 §6). What stands left of a hop that is not ours,
//! or of one that can't be read, was written by strangers.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;
use opentelemetry::metrics::Counter;
use serde::Deserialize;

/// The header in which proxies say whom they serve. Only one is read: in the other a visitor could write what he likes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardingHeader {
    /// `X-Forwarded-For: 203.0.113.9, 10.0.0.2`
    #[default]
    XForwardedFor,
    /// `Forwarded: for="[2001:db8::1]:4711";proto=https`, RFC 7239.
    Forwarded,
}

/// The proxies whose word counts.
#[derive(Clone, Debug)]
pub(crate) struct Proxies {
    trusted: Vec<IpNet>,
    header: ForwardingHeader,
    unreadable: Counter<u64>,
}

impl Proxies {
    pub(crate) fn new(trusted: Vec<IpNet>, header: ForwardingHeader) -> Self {
        let unreadable = opentelemetry::global::meter("shiming.http")
            .u64_counter("http.server.forwarded.unreadable")
            .with_description("Requests whose sender a trusted proxy named in no way that can be read; they count as the proxy's own.")
            .build();
        Self { trusted, header, unreadable }
    }

    /// Where a request came from: the nearest hop that is none of our proxies.
    pub(crate) fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut found = peer.to_canonical();
        if !self.is_ours(found) {
            return found;
        }
        for hop in self.hops(headers).into_iter().rev() {
            let Some(address) = hop.and_then(address) else {
                self.unreadable.add(1, &[]);
                break;
            };
            found = address;
            if !self.is_ours(found) {
                break;
            }
        }
        found
    }

    fn is_ours(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|net| net.contains(&address))
    }

    /// The named hops, the nearest last.
    fn hops<'a>(&self, headers: &'a HeaderMap) -> Vec<Option<&'a str>> {
        let name = match self.header {
            ForwardingHeader::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            ForwardingHeader::Forwarded => header::FORWARDED,
        };
        let values = headers.get_all(name).into_iter().map(|value| value.to_str().unwrap_or_default());
        let hops = values.flat_map(|value| unquoted_split(value, ','));
        match self.header {
            ForwardingHeader::XForwardedFor => hops.map(Some).collect(),
            ForwardingHeader::Forwarded => hops.map(forwarded_for).collect(),
        }
    }
}

/// The parts between separators that don't stand in a quoted string.
fn unquoted_split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |letter| {
        let splits = letter == separator && !quoted;
        (quoted, escaped) = match letter {
            '"' if !escaped => (!quoted, false),
            '\\' if quoted => (quoted, !escaped),
            _ => (quoted, false),
        };
        splits
    })
}

/// The `for` of one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<&str> {
    let mut pairs = unquoted_split(element, ';').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for")).map(|(_, node)| node)
}

/// An address with or without port, brackets and quotes. `unknown` and hidden names are none.
fn address(node: &str) -> Option<IpAddr> {
    let node = node.trim().trim_matches('"');
    let with_port = || node.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let in_brackets = || node.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address: IpAddr = node.parse().ok().or_else(with_port).or_else(in_brackets)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(header: ForwardingHeader, peer: &str, trusted: &[&str], values: &[&str]) -> String {
        let trusted = trusted.iter().map(|net| net.parse().unwrap()).collect();
        let name = match header {
            ForwardingHeader::XForwardedFor => "x-forwarded-for",
            ForwardingHeader::Forwarded => "forwarded",
        };
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name, value.parse().unwrap());
        }
        Proxies::new(trusted, header).origin(peer.parse().unwrap(), &headers).to_string()
    }

    fn listed(peer: &str, trusted: &[&str], values: &[&str]) -> String {
        origin(ForwardingHeader::XForwardedFor, peer, trusted, values)
    }

    const OURS: &[&str] = &["10.0.0.0/8"];

    #[test]
    fn a_stranger_can_not_forge_an_address() {
        assert_eq!(listed("203.0.113.9", OURS, &["1.2.3.4"]), "203.0.113.9");
        assert_eq!(listed("10.0.0.1", OURS, &["1.2.3.4, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(listed("10.0.0.1", OURS, &["1.2.3.4", "203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        let other = origin(ForwardingHeader::Forwarded, "203.0.113.9", OURS, &["for=1.2.3.4"]);
        assert_eq!(other, "203.0.113.9");
    }

    #[test]
    fn what_can_not_be_read_ends_the_search() {
        for words in [
            "1.2.3.4, unknown",
            "1.2.3.4, _hidden",
            "1.2.3.4,",
            "1.2.3.4, 203.0.113.9:x",
            "1.2.3.4, [2001:db8::1",
        ] {
            assert_eq!(listed("10.0.0.1", OURS, &[words]), "10.0.0.1", "{words}");
        }
        assert_eq!(listed("10.0.0.1", OURS, &["1.2.3.4, nonsense, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(listed("10.0.0.1", &[], &["1.2.3.4"]), "10.0.0.1");
    }

    #[test]
    fn every_spelling_of_a_proxy_is_read() {
        for four in [
            "203.0.113.9",
            "203.0.113.9:51234",
            "\"203.0.113.9:51234\"",
            " 203.0.113.9 ",
            "::ffff:203.0.113.9",
        ] {
            assert_eq!(listed("::ffff:10.0.0.1", OURS, &[four]), "203.0.113.9", "{four}");
        }
        for six in [
            "2001:db8::1",
            "[2001:db8::1]",
            "[2001:db8::1]:443",
            "\"[2001:db8::1]\"",
            "\"[2001:db8::1]:443\"",
        ] {
            assert_eq!(listed("10.0.0.1", OURS, &[six]), "2001:db8::1", "{six}");
        }
        let rfc = |values: &[&str]| origin(ForwardingHeader::Forwarded, "10.0.0.1", OURS, values);
        assert_eq!(rfc(&["for=192.0.2.60;proto=http;by=203.0.113.43"]), "192.0.2.60");
        assert_eq!(rfc(&["For=\"[2001:db8:cafe::17]:4711\""]), "2001:db8:cafe::17");
        assert_eq!(
            rfc(&["for=1.2.3.4, host=\"a,b;for=5.6.7.8\";for=192.0.2.43, for=10.0.0.3"]),
            "192.0.2.43"
        );
        assert_eq!(rfc(&["for=1.2.3.4, for=unknown"]), "10.0.0.1");
        assert_eq!(rfc(&["for=1.2.3.4, proto=https"]), "10.0.0.1");
    }
}
