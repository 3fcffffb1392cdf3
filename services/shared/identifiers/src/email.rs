//! E-mail addresses, by the part of RFC 5321 that is in use.

use std::fmt;

use crate::{IdentifierError, fold};

/// `local@domain`, the domain in small letters. Prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address of at most 254 characters: an unquoted local part and a domain of at least two labels.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text: String = text.trim().chars().map(fold::half_width).collect();
        let parts = text.rsplit_once('@').filter(|(local, domain)| is_local(local) && is_domain(domain));
        match parts {
            Some((local, domain)) if text.len() <= 254 => {
                Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
            }
            _ => Err(IdentifierError::EmailFormat),
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `a***@x.cn`
    pub fn masked(&self) -> String {
        crate::mask_email(&self.0)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress([redacted])")
    }
}

fn is_local(local: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= 64 && local.split('.').all(atom)
}

fn is_domain(domain: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(label) && !top.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_use_are_accepted() {
        for (text, address) in [
            (" Zhang.San+tax@Example.COM.cn ", "Zhang.San+tax@example.com.cn"),
            ("a＠x.cn", "a@x.cn"),
            ("13800138000@139.com", "13800138000@139.com"),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), address);
        }
    }

    #[test]
    fn the_rest_is_refused() {
        let long = format!("{}@x.cn", "a".repeat(65));
        for text in [
            "",
            "@",
            "a@",
            "@x.cn",
            "a@x",
            "a@-x.cn",
            "a@x..cn",
            "a b@x.cn",
            "a..b@x.cn",
            "a@1.2.3.4",
            "张三@x.cn",
            "a@x.cn\r\nBcc: b@x.cn",
            &long,
        ] {
            assert_eq!(EmailAddress::parse(text), Err(IdentifierError::EmailFormat), "{text}");
        }
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", EmailAddress::parse("a@x.cn").unwrap()), "EmailAddress([redacted])");
    }
}
