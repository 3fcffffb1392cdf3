//! Who is calling, on whose behalf, and until when: proven facts that the rpc layers put together for the use cases.

use std::fmt;
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{BindingId, EnterpriseId, PersonId, RequestId, SessionId};

/// The system on the other end, proven by its certificate (or by the loopback rule of the embedded mode).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// The HTTP edge.
    Gateway,
    /// Another service of this system, by its name: `identity`, `face-auth`, …
    Service(String),
    /// Another system of the bureau.
    Partner {
        /// Its registered name.
        id: String,
        /// What it was granted, each matched against a method's required scope.
        scopes: Vec<String>,
    },
    /// A person operating the system, by name.
    Ops(String),
}

impl fmt::Display for Caller {
    /// `gateway`, `service:identity`, `partner:<id>`, `ops:<name>`: the form audit rows and logs use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gateway => f.write_str("gateway"),
            Self::Service(name) => write!(f, "service:{name}"),
            Self::Partner { id, .. } => write!(f, "partner:{id}"),
            Self::Ops(name) => write!(f, "ops:{name}"),
        }
    }
}

/// How strongly the person of a session was recognised. Ordered: a later one satisfies a rule that asks for an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceLevel {
    /// A one-time code sent to the collected phone.
    Sms,
    /// A face compared with the authority's photo.
    Face,
    /// The same, at the stricter threshold.
    FaceStrict,
}

impl EvidenceLevel {
    /// `sms`, `face` or `face_strict`: a column value and log field.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Face => "face",
            Self::FaceStrict => "face_strict",
        }
    }
}

/// A session the identity service vouches for at the time of this call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Public name of the session, never the token.
    pub session_id: SessionId,
    /// Whose session it is.
    pub person_id: PersonId,
    /// How the person was recognised at login.
    pub evidence: EvidenceLevel,
    /// When the person last proved themselves again, by face.
    pub step_up_time: Option<DateTime<Utc>>,
    /// The enterprise the session acts for, chosen by 切换.
    pub enterprise_id: Option<EnterpriseId>,
    /// The binding that lets it act so.
    pub binding_id: Option<BindingId>,
}

/// What is known of the person's device. All of it is hearsay from the edge: for limits, audit
/// and refusals: it narrows what a token is good for, and never lets anybody do anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientInfo {
    /// Keyed hash of the address, hex.
    pub ip_hash: Option<String>,
    /// The browser's own name for itself.
    pub user_agent: Option<String>,
    /// Keyed hash of the WeChat openid, hex.
    pub openid_hash: Option<String>,
    /// Keyed hash of the device cookie, hex.
    pub device_hash: Option<String>,
}

/// Everything a use case may know about the call it serves.
#[derive(Clone, Debug)]
pub struct CallContext {
    /// Which system asks.
    pub caller: Caller,
    /// Whose session it carries, if any.
    pub session: Option<Session>,
    /// The session's token was renewed a moment ago: the call may get the answer it got before, and do nothing.
    pub is_renewed: bool,
    /// 32 hex digits of the W3C trace, for audit rows.
    pub trace_id: Option<String>,
    /// The device behind the caller.
    pub client: ClientInfo,
    /// When the answer stops being useful.
    pub deadline: Option<Instant>,
}

impl CallContext {
    /// A call by `caller` with nothing else known.
    pub fn new(caller: Caller) -> Self {
        Self {
            caller,
            session: None,
            is_renewed: false,
            trace_id: None,
            client: ClientInfo::default(),
            deadline: None,
        }
    }

    /// The same call on behalf of a session.
    #[must_use]
    pub fn with_session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// Whose session this is, if there is one.
    pub fn person_id(&self) -> Option<PersonId> {
        self.session.as_ref().map(|session| session.person_id)
    }

    /// Who acts, for an audit row: `person:<id>` with a session, else the caller as [`Caller`] prints.
    pub fn actor(&self) -> String {
        self.person_id().map_or_else(|| self.caller.to_string(), |id| format!("person:{id}"))
    }
}

/// What every mutation carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestMeta {
    /// The client's name for this intent; a repeat is answered from the record.
    pub request_id: RequestId,
    /// Check everything, change nothing.
    pub validate_only: bool,
}

impl RequestMeta {
    /// A mutation that is to happen.
    pub const fn new(request_id: RequestId) -> Self {
        Self { request_id, validate_only: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;

    #[test]
    fn the_actor_is_the_person_when_there_is_a_session() {
        let call = CallContext::new(Caller::Gateway);
        assert_eq!(call.actor(), "gateway");
        let person_id = PersonId::new(&SystemClock);
        let session = Session {
            session_id: SessionId::new(&SystemClock),
            person_id,
            evidence: EvidenceLevel::Sms,
            step_up_time: None,
            enterprise_id: None,
            binding_id: None,
        };
        assert_eq!(call.with_session(session).actor(), format!("person:{person_id}"));
    }

    #[test]
    fn callers_print_without_their_scopes() {
        let partner = Caller::Partner { id: "etax".into(), scopes: vec!["person.read".into()] };
        let printed =
            [Caller::Service("identity".into()), partner, Caller::Ops("li".into())].map(|c| c.to_string());
        assert_eq!(printed, ["service:identity", "partner:etax", "ops:li"]);
    }

    #[test]
    fn face_is_stronger_evidence_than_sms() {
        assert!(EvidenceLevel::Face > EvidenceLevel::Sms);
        assert_eq!(serde_json::to_string(&EvidenceLevel::Face).unwrap(), "\"face\"");
    }
}
