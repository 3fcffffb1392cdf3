//! The gateway's three cookies: what they are called, how they are read, and with which attributes they are set.

use std::time::Duration;

use axum::response::AppendHeaders;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::error::GatewayError;

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The session's token. Out of reach of scripts; ends with the browser, and earlier on the server.
    Session,
    /// The token of a collection that is going on. Out of reach of scripts.
    Collection,
    /// The browser's id and its proof, which pages repeat in a header.
    Csrf,
}

/// A `Set-Cookie` header for an answer, or none.
pub(crate) type SetCookie = AppendHeaders<Option<(HeaderName, HeaderValue)>>;

/// Names and attributes, which depend on whether browsers come by https.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookies {
    secure: bool,
}

impl Cookies {
    pub(crate) fn new(secure: bool) -> Self {
        Self { secure }
    }

    pub(crate) fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.secure) {
            // The prefix keeps neighbours under the same domain from setting it: a planted session, collection or browser would be somebody
            // else's. Browsers take it over https only.
            (Cookie::Session, true) => "__Host-shiming_session",
            (Cookie::Session, false) => "shiming_session",
            (Cookie::Collection, true) => "__Host-shiming_collection",
            (Cookie::Collection, false) => "shiming_collection",
            (Cookie::Csrf, true) => "__Host-shiming_csrf",
            (Cookie::Csrf, false) => "shiming_csrf",
        }
    }

    /// The cookie's value, if the browser sent one.
    pub(crate) fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<&str> {
        let name = self.name(cookie);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .find_map(|header| find(header, name))
    }

    /// Sets the cookie. A value that no cookie can hold is the fault of the service that made it.
    pub(crate) fn set(self, cookie: Cookie, value: &str) -> Result<SetCookie, GatewayError> {
        if value.is_empty() || !value.bytes().all(is_cookie_octet) {
            return Err(GatewayError::BadAnswer("token"));
        }
        let header = self.header(cookie, value, lifetime(cookie))?;
        Ok(AppendHeaders(Some((SET_COOKIE, header))))
    }

    /// Like [`set`](Self::set), but an empty value (of a dry run) sets nothing.
    pub(crate) fn set_unless_empty(self, cookie: Cookie, value: &str) -> Result<SetCookie, GatewayError> {
        if value.is_empty() { Ok(AppendHeaders(None)) } else { self.set(cookie, value) }
    }

    /// Makes the browser forget the cookie.
    pub(crate) fn clear(self, cookie: Cookie) -> SetCookie {
        let header = self.header(cookie, "", Some(Duration::ZERO)).ok();
        AppendHeaders(header.map(|header| (SET_COOKIE, header)))
    }

    fn header(
        self,
        cookie: Cookie,
        value: &str,
        lifetime: Option<Duration>,
    ) -> Result<HeaderValue, GatewayError> {
        let life = lifetime.map(|time| format!("; Max-Age={}", time.as_secs())).unwrap_or_default();
        let hidden = if cookie == Cookie::Csrf { "" } else { "; HttpOnly" };
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; SameSite=Lax{life}{hidden}{secure}", self.name(cookie));
        let mut header = HeaderValue::try_from(text).map_err(|_| GatewayError::BadAnswer("token"))?;
        header.set_sensitive(true);
        Ok(header)
    }
}

fn lifetime(cookie: Cookie) -> Option<Duration> {
    match cookie {
        Cookie::Session => None,
        Cookie::Collection => Some(Duration::from_mins(15)),
        Cookie::Csrf => Some(Duration::from_hours(24 * 30)),
    }
}

/// RFC 6265, `cookie-octet`.
fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

/// The value of `name` in a `Cookie` header; an empty one counts as absent.
fn find<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    header.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        (key.trim() == name && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(set: SetCookie) -> String {
        set.0.unwrap().1.to_str().unwrap().to_owned()
    }

    #[test]
    fn secrets_are_out_of_reach_of_scripts_and_of_other_hosts() {
        let cookies = Cookies::new(true);
        assert_eq!(
            text(cookies.set(Cookie::Session, "abc").unwrap()),
            "__Host-shiming_session=abc; Path=/; SameSite=Lax; HttpOnly; Secure"
        );
        assert_eq!(
            text(cookies.set(Cookie::Collection, "abc").unwrap()),
            "__Host-shiming_collection=abc; Path=/; SameSite=Lax; Max-Age=900; HttpOnly; Secure"
        );
        assert!(
            text(cookies.set(Cookie::Csrf, "abc").unwrap()).starts_with("__Host-shiming_csrf=abc; Path=/; ")
        );
        assert!(!text(cookies.set(Cookie::Csrf, "abc").unwrap()).contains("HttpOnly"));
        assert!(text(Cookies::new(false).clear(Cookie::Session)).starts_with("shiming_session=; "));
        assert!(text(cookies.clear(Cookie::Session)).contains("Max-Age=0"));
    }

    #[test]
    fn a_value_can_not_carry_attributes() {
        for value in ["", "a; Domain=evil.example", "a b", "a\r\nSet-Cookie: x=y", "a,b", "中"] {
            assert!(Cookies::new(true).set(Cookie::Session, value).is_err(), "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn any_header_can_be_read(header in "\\PC{0,200}") {
            let found = find(&header, "shiming_csrf");
            prop_assert!(found.is_none_or(|value| header.contains(value) && !value.is_empty()));
        }

        #[test]
        fn a_value_is_found_among_others(
            before in prop::collection::vec("[a-z]{1,8}=[!-+--:<-\\[\\]-~]{0,20}", 0..5),
            value in "[!#-+--:<-\\[\\]-~]{1,60}",
            after in prop::collection::vec("[a-z]{1,8}=[!-+--:<-\\[\\]-~]{0,20}", 0..5),
        ) {
            let mut parts = before;
            parts.push(format!("shiming_csrf={value}"));
            parts.extend(after);
            let header = parts.join("; ");
            prop_assert_eq!(find(&header, "shiming_csrf"), Some(value.as_str()));
        }
    }
}
