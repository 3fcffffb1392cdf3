//! Whose session the call carries; puts together what the handler is told.

use std::sync::Arc;

use http::{Extensions, HeaderMap};
use shiming_kernel::{CallContext, Caller, ClientInfo, Reason};

use super::Facts;
use crate::policy::{Method, SessionRule};
use crate::session::{SessionError, SessionResolver, SessionUse};
use crate::status::refuse;
use crate::step::{HttpRequest, HttpResponse, Next, Step};
use crate::{deadline, metadata};

#[derive(Clone)]
pub(in crate::server) struct Session {
    resolver: Arc<dyn SessionResolver>,
}

impl Session {
    pub(in crate::server) fn new(resolver: Arc<dyn SessionResolver>) -> Self {
        Self { resolver }
    }

    async fn resolve(
        &self,
        method: &Method,
        headers: &HeaderMap,
        handler: &mut Extensions,
    ) -> Result<Option<shiming_kernel::Session>, Reason> {
        let token = text(headers, metadata::SESSION);
        let token = match (method.session, token) {
            (SessionRule::None, _) | (SessionRule::Optional, None) => return Ok(None),
            (SessionRule::Required | SessionRule::Unspecified, None) => return Err(Reason::SessionRequired),
            (_, Some(token)) => token,
        };
        let reason = if method.passive { SessionUse::Passive } else { SessionUse::Active };
        match self.resolver.resolve_for(token, reason, handler).await {
            Ok(session) => Ok(Some(session)),
            Err(SessionError::Invalid | SessionError::Expired) => Err(Reason::SessionInvalid),
            Err(SessionError::Unavailable) => Err(Reason::Unavailable),
        }
    }
}

impl Step for Session {
    async fn run<N: Next>(self, mut request: HttpRequest, next: N) -> HttpResponse {
        let Some(facts) = Facts::of(&request) else { return refuse(&Reason::Internal) };
        let Some(method) = facts.method() else { return next.call(request).await };
        let Some(caller) = request.extensions_mut().remove::<Caller>() else {
            return refuse(&Reason::Internal);
        };
        let mut found = Extensions::new();
        let session = match self.resolve(method, request.headers(), &mut found).await {
            Ok(session) => session,
            Err(reason) => return refuse(&reason),
        };
        request.extensions_mut().extend(found);
        let client = client_info(&caller, request.headers());
        let context = CallContext {
            caller,
            session,
            trace_id: facts.0.trace_id.clone(),
            client,
            deadline: deadline::current().map(tokio::time::Instant::into_std),
        };
        request.extensions_mut().insert(context);
        next.call(request).await
    }
}

/// What the gateway says of the person's device; from anybody else it would be hearsay of hearsay.
fn client_info(caller: &Caller, headers: &HeaderMap) -> ClientInfo {
    if *caller != Caller::Gateway {
        return ClientInfo::default();
    }
    let read = |name| text(headers, name).map(|value| value.chars().take(200).collect());
    ClientInfo {
        ip_hash: read(metadata::CLIENT_IP_HASH),
        user_agent: read(metadata::CLIENT_AGENT),
        openid_hash: read(metadata::CLIENT_OPENID_HASH),
        device_hash: read(metadata::CLIENT_DEVICE_HASH),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|value| !value.is_empty())
}
