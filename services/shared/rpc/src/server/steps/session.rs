//! Whose session the call carries; puts together what the handler is told, and ends an answer's stream with the session.

use std::sync::Arc;

use http::{Extensions, HeaderMap};
use shiming_kernel::{CallContext, Caller, ClientInfo, Reason};
use tonic::Status;

use super::Facts;
use super::watch::{Watched, ended};
use crate::policy::{Method, SessionRule};
use crate::session::{Repeater, SessionError, SessionResolver, SessionUse};
use crate::status::{refusal, refuse};
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
        by: Repeater<'_>,
        handler: &mut Extensions,
    ) -> Result<Option<Found>, Refused> {
        let token = text(headers, metadata::SESSION);
        let token = match (method.session, token) {
            (SessionRule::None, _) | (SessionRule::Optional, None) => return Ok(None),
            (SessionRule::Required | SessionRule::Unspecified, None) => return Err(Refused::Required),
            (_, Some(token)) => token,
        };
        let reason = if method.passive { SessionUse::Passive } else { SessionUse::Active };
        let (found, is_renewed) = match self.resolver.resolve_for(token, reason, handler).await {
            Err(SessionError::Renewed) if method.renews => {
                (self.resolver.resolve_renewed(token, by).await, true)
            }
            found => (found, false),
        };
        found.map(|session| Some(Found { session, is_renewed })).map_err(Refused::Session)
    }
}

impl Step for Session {
    async fn run<N: Next>(self, mut request: HttpRequest, next: N) -> HttpResponse {
        let Some(facts) = Facts::of(&request) else { return refuse(&Reason::Internal) };
        let Some(method) = facts.method() else { return next.call(request).await };
        let Some(caller) = request.extensions_mut().remove::<Caller>() else {
            return refuse(&Reason::Internal);
        };
        let client = client_info(&caller, request.headers());
        let by = match &caller {
            Caller::Service(_) => Repeater::Service,
            _ => Repeater::Browser(client.device_hash.as_deref()),
        };
        let mut known = Extensions::new();
        let found = match self.resolve(method, request.headers(), by, &mut known).await {
            Ok(found) => found,
            Err(refused) => return refused.into_status().into_http(),
        };
        request.extensions_mut().extend(known);
        let is_renewed = found.as_ref().is_some_and(|found| found.is_renewed);
        let session = found.map(|found| found.session);
        let token = text(request.headers(), metadata::SESSION);
        let watched = session.clone().zip(token).filter(|_| method.server_streaming);
        let watched = watched.map(|(session, token)| Watched {
            resolver: Arc::clone(&self.resolver),
            token: token.into(),
            session,
        });
        let context = CallContext {
            caller,
            session,
            is_renewed,
            trace_id: facts.0.trace_id.clone(),
            client,
            deadline: deadline::current().map(tokio::time::Instant::into_std),
        };
        request.extensions_mut().insert(context);
        let response = next.call(request).await;
        match watched {
            Some(watched) => watched.end_with_session(response),
            None => response,
        }
    }
}

/// Whose session a call carries, and whether its token was renewed meanwhile.
struct Found {
    session: shiming_kernel::Session,
    is_renewed: bool,
}

/// Why a call is not let through.
#[derive(Clone, Copy)]
enum Refused {
    Required,
    Session(SessionError),
}

impl Refused {
    fn into_status(self) -> Status {
        match self {
            Self::Required => refusal(&Reason::SessionRequired),
            Self::Session(error) => ended(error),
        }
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
