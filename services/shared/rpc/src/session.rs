//! Whose session a token opens.

use async_trait::async_trait;
use http::Extensions;
use shiming_kernel::{Reason, Session};
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_proto::identity::v1::{IntrospectSessionRequest, Renewal, Session as WireSession};

use crate::client::ClientChannel;
use crate::convert::{InvalidField, optional_id, parse_id, to_time};
use crate::enum_table::coded;
use crate::status::Problem;

/// In the metadata of `SESSION_INVALID`: the session goes on under another token.
pub const RENEWED: &str = "renewed";

/// Why a token opened nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// Unknown, or logged out.
    #[error("session is not valid")]
    Invalid,
    /// Its token was renewed a moment ago; whoever has the new one goes on.
    #[error("the session has another token now")]
    Renewed,
    /// Was valid once.
    #[error("session has expired")]
    Expired,
    /// Nobody can say now; the call is refused, never let through.
    #[error("sessions can't be checked")]
    Unavailable,
}

/// Whether looking a session up keeps it alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionUse {
    /// The person does something: the idle time starts anew.
    Active,
    /// A page asks by itself: the idle time runs on.
    Passive,
}

/// Tells whose session a token opens. The identity service looks into its own store, the others ask it.
#[async_trait]
pub trait SessionResolver: Send + Sync + 'static {
    /// The session, checked now: a revoked one is refused at once.
    async fn resolve(&self, token: &str, reason: SessionUse) -> Result<Session, SessionError>;

    /// The same for a call that is served here; what the resolver knows beyond the session it may leave to the `handler`, in the request's
    /// extensions, so that nobody looks twice.
    async fn resolve_for(
        &self,
        token: &str,
        reason: SessionUse,
        _handler: &mut Extensions,
    ) -> Result<Session, SessionError> {
        self.resolve(token, reason).await
    }

    /// The session that a token opened until it was renewed a moment ago, for a repetition of the call that renewed it.
    async fn resolve_renewed(&self, _token: &str, _by: Repeater<'_>) -> Result<Session, SessionError> {
        Err(SessionError::Invalid)
    }
}

/// Who repeats a call that renewed the session's token.
#[derive(Clone, Copy, Debug)]
pub enum Repeater<'a> {
    /// A browser, by the keyed hash of its id: it must be the one that called first.
    Browser(Option<&'a str>),
    /// A service of ours, which has seen to that.
    Service,
}

/// For servers none of whose methods takes a session.
#[derive(Clone, Copy, Debug)]
pub struct NoSessions;

#[async_trait]
impl SessionResolver for NoSessions {
    async fn resolve(&self, _: &str, _: SessionUse) -> Result<Session, SessionError> {
        Err(SessionError::Unavailable)
    }
}

/// Asks the identity service. Nothing is cached: a logout counts at once on every replica.
#[derive(Clone, Debug)]
pub struct RemoteSessions {
    client: SessionServiceClient<ClientChannel>,
}

impl RemoteSessions {
    /// Asks through a channel to the identity service.
    pub fn new(identity: ClientChannel) -> Self {
        Self { client: SessionServiceClient::new(identity) }
    }
}

#[async_trait]
impl SessionResolver for RemoteSessions {
    async fn resolve(&self, token: &str, reason: SessionUse) -> Result<Session, SessionError> {
        let passive = reason == SessionUse::Passive;
        self.ask(IntrospectSessionRequest { session_token: token.to_owned(), passive, renewal: None }).await
    }

    async fn resolve_renewed(&self, token: &str, by: Repeater<'_>) -> Result<Session, SessionError> {
        let Repeater::Browser(device) = by else { return Err(SessionError::Invalid) };
        let renewal = Some(Renewal { device_hash: device.unwrap_or_default().to_owned() });
        self.ask(IntrospectSessionRequest { session_token: token.to_owned(), passive: true, renewal }).await
    }
}

impl RemoteSessions {
    async fn ask(&self, request: IntrospectSessionRequest) -> Result<Session, SessionError> {
        let answer = self.client.clone().introspect_session(request).await.map_err(|status| {
            let problem = Problem::from_status(&status);
            if problem.reason == Reason::SessionInvalid {
                let is_renewed = problem.facts.metadata.contains_key(RENEWED);
                if is_renewed { SessionError::Renewed } else { SessionError::Invalid }
            } else {
                tracing::warn!(kind = %problem.kind(), reason = %problem.reason, "session check failed");
                SessionError::Unavailable
            }
        })?;
        let session = answer.into_inner().session.ok_or(SessionError::Unavailable)?;
        from_wire(&session).map_err(|error| {
            tracing::error!(%error, "identity answered with a session that can't be read");
            SessionError::Unavailable
        })
    }
}

fn from_wire(session: &WireSession) -> Result<Session, InvalidField> {
    Ok(Session {
        session_id: parse_id("session_id", &session.session_id)?,
        person_id: parse_id("person_id", &session.person_id)?,
        evidence: coded("evidence", session.evidence)?,
        step_up_time: session.step_up_time.map(|time| to_time("step_up_time", time)).transpose()?,
        enterprise_id: optional_id("enterprise_id", &session.enterprise_id)?,
        binding_id: optional_id("binding_id", &session.binding_id)?,
    })
}
