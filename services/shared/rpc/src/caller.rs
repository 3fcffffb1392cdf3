//! Who calls: from the certificate, or from a header on the loopback of the embedded mode.

use std::collections::BTreeMap;
use std::sync::Arc;

use shiming_kernel::Caller;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

const TRUST_DOMAIN: &str = "spiffe://shiming/";

/// The scopes granted to each partner, by id.
pub(crate) type Partners = Arc<BTreeMap<String, Vec<String>>>;

/// Reads the one `spiffe://shiming/…` URI of a certificate that the TLS layer has verified. None, several or a strange one: nobody.
pub(crate) fn from_certificate(der: &[u8], partners: &Partners) -> Option<Caller> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let names = certificate.subject_alternative_name().ok()??;
    let mut ours = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) => uri.strip_prefix(TRUST_DOMAIN),
        _ => None,
    });
    let path = ours.next()?;
    if ours.next().is_some() {
        return None;
    }
    match path.split_once('/') {
        None => (path == "gateway").then_some(Caller::Gateway),
        Some((kind, name)) if is_name(name) => match kind {
            "service" => Some(Caller::Service(name.to_owned())),
            "ops" => Some(Caller::Ops(name.to_owned())),
            "partner" => Some(partner(name, partners)),
            _ => None,
        },
        Some(_) => None,
    }
}

/// Reads the header of the loopback rule: `gateway`, a service's name, `ops:<name>`, `partner:<id>`.
pub(crate) fn from_header(value: &str, partners: &Partners) -> Option<Caller> {
    match value.split_once(':') {
        Some(("ops", name)) if is_name(name) => Some(Caller::Ops(name.to_owned())),
        Some(("partner", id)) if is_name(id) => Some(partner(id, partners)),
        None if value == "gateway" => Some(Caller::Gateway),
        None if is_name(value) => Some(Caller::Service(value.to_owned())),
        _ => None,
    }
}

fn partner(id: &str, partners: &Partners) -> Caller {
    Caller::Partner { id: id.to_owned(), scopes: partners.get(id).cloned().unwrap_or_default() }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partners() -> Partners {
        Arc::new(BTreeMap::from([("etax".to_owned(), vec!["person.read".to_owned()])]))
    }

    #[test]
    fn the_header_names_each_kind() {
        let read = |value| from_header(value, &partners());
        assert_eq!(read("gateway"), Some(Caller::Gateway));
        assert_eq!(read("face-auth"), Some(Caller::Service("face-auth".into())));
        assert_eq!(read("ops:li"), Some(Caller::Ops("li".into())));
        let etax = Caller::Partner { id: "etax".into(), scopes: vec!["person.read".into()] };
        assert_eq!(read("partner:etax"), Some(etax));
        for wrong in ["", "ops:", "root:li", "Gateway ", "ops:a/b", "gateway:x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_partner_nobody_registered_has_no_scopes() {
        let stranger = from_header("partner:stranger", &partners());
        assert_eq!(stranger, Some(Caller::Partner { id: "stranger".into(), scopes: vec![] }));
    }

    #[test]
    fn garbage_is_no_certificate() {
        assert_eq!(from_certificate(b"garbage", &partners()), None);
    }
}
