//! Who calls, and whether the method's policy admits them.

use shiming_kernel::{Caller, Reason};
use tonic::transport::server::TlsConnectInfo;

use super::{Facts, Target};
use crate::caller::{self, Partners};
use crate::metadata;
use crate::server::peer::PeerInfo;
use crate::status::refuse;
use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Debug)]
pub(in crate::server) struct Authorize {
    partners: Partners,
    believe_header: bool,
}

impl Authorize {
    pub(in crate::server) fn new(partners: Partners, believe_header: bool) -> Self {
        Self { partners, believe_header }
    }

    /// The caller as its certificate, or on this machine its header, names it.
    fn identify(&self, request: &HttpRequest) -> Option<Caller> {
        if let Some(tls) = request.extensions().get::<TlsConnectInfo<PeerInfo>>() {
            let read = || {
                let certificates = tls.peer_certs()?;
                caller::from_certificate(certificates.first()?, &self.partners)
            };
            return tls.get_ref().caller.get_or_init(read).clone();
        }
        if !self.is_trusted_machine(request) {
            return None;
        }
        let name = request.headers().get(metadata::CALLER)?.to_str().ok()?;
        caller::from_header(name, &self.partners)
    }

    fn is_trusted_machine(&self, request: &HttpRequest) -> bool {
        let peer = request.extensions().get::<PeerInfo>();
        self.believe_header && peer.is_some_and(|peer| peer.address.ip().to_canonical().is_loopback())
    }

    /// Whether the connection alone proves enough for health and reflection.
    fn is_authenticated(&self, request: &HttpRequest) -> bool {
        request.extensions().get::<TlsConnectInfo<PeerInfo>>().is_some() || self.is_trusted_machine(request)
    }
}

impl Step for Authorize {
    async fn run<N: Next>(self, mut request: HttpRequest, next: N) -> HttpResponse {
        let Some(facts) = Facts::of(&request) else { return refuse(&Reason::Internal) };
        if facts.is_open() {
            return if self.is_authenticated(&request) {
                next.call(request).await
            } else {
                refuse(&Reason::CallerUnknown)
            };
        }
        let Some(caller) = self.identify(&request) else { return refuse(&Reason::CallerUnknown) };
        facts.0.caller.get_or_init(|| caller.to_string());
        match &facts.0.target {
            Target::Method(method) if method.admits(&caller) => {
                request.extensions_mut().insert(caller);
                next.call(request).await
            }
            Target::Method(_) => refuse(&Reason::CallerNotAllowed),
            Target::Unknown | Target::Open => refuse(&Reason::MethodUnknown),
        }
    }
}
