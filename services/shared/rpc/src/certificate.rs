//! Until when a process's own certificate is good. Certificates are read once, at the start: whoever renews the files restarts the process,
//! and this gauge says when it is time.

use chrono::{DateTime, TimeDelta, Utc};
use shiming_kernel::{Clock as _, SystemClock};
use x509_parser::pem::Pem;

/// With less left, the start says so in the log.
const SOON: TimeDelta = TimeDelta::days(14);

/// Watches the first certificate of a PEM chain as `tls.certificate.remaining`, in days; negative when it is over. `user` tells the
/// certificates of a process apart.
pub(crate) fn watch(user: &str, pem: &[u8]) {
    let Some(end) = not_after(pem) else { return };
    let user = user.to_owned();
    if end - SystemClock.now() < SOON {
        tracing::warn!(certificate.user = user, %end, "the certificate is over soon");
    }
    // Observed for as long as the process lives.
    let _registered = opentelemetry::global::meter("shiming.rpc")
        .f64_observable_gauge("tls.certificate.remaining")
        .with_unit("d")
        .with_description("Days until the process's own certificate is over.")
        .with_callback(move |gauge| {
            let label = opentelemetry::KeyValue::new("certificate.user", user.clone());
            gauge.observe((end - SystemClock.now()).as_seconds_f64() / 86_400.0, &[label]);
        })
        .build();
}

fn not_after(pem: &[u8]) -> Option<DateTime<Utc>> {
    let first = Pem::iter_from_buffer(pem).next()?.ok()?;
    let certificate = first.parse_x509().ok()?;
    DateTime::from_timestamp(certificate.validity().not_after.timestamp(), 0)
}

#[cfg(test)]
mod tests {
    use shiming_testkit::TestCa;

    use super::*;

    #[test]
    fn the_end_is_read_from_the_first_certificate() {
        let ca = TestCa::new();
        let leaf = ca.service("identity");
        let end = not_after(&std::fs::read(leaf.cert).unwrap()).unwrap();
        assert!(end > SystemClock.now() + SOON, "{end}");
        assert!(not_after(b"no certificate").is_none());
    }
}
