//! Identity and messaging as enterprise-binding sees them: real servers with real policies, made-up people.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use shiming_kernel::{EvidenceLevel, ManualClock, PersonId, Reason, Session, SessionId};
use shiming_proto::identity::v1::person_service_server::{PersonService, PersonServiceServer};
use shiming_proto::identity::v1::session_service_server::{SessionService, SessionServiceServer};
use shiming_proto::identity::v1::{self as wire, Session as WireSession};
use shiming_proto::messaging::v1::event_service_server::{EventService, EventServiceServer};
use shiming_proto::messaging::v1::{DeliverEventsRequest, DeliverEventsResponse, Event};
use shiming_proto::types::v1::{DocumentType, EvidenceLevel as WireEvidence, IdentityDocument};
use shiming_rpc::convert::timestamp;
use shiming_rpc::status::{Problem, from_error};
use shiming_rpc::{Listeners, PolicyTable, ServerBuilder, SessionError, SessionResolver, session_token};
use shiming_runtime::Shutdown;
use shiming_runtime::config::{ListenConfig, PeerConfig};
use tokio::sync::Notify;
use tonic::{Request, Response, Status};

/// A made-up citizen.
#[derive(Clone, Debug)]
pub(crate) struct Citizen {
    pub(crate) number: &'static str,
    pub(crate) name: &'static str,
    pub(crate) document_valid: bool,
    pub(crate) adult: bool,
}

#[derive(Default)]
struct State {
    citizens: HashMap<PersonId, Citizen>,
    sessions: HashMap<String, Session>,
    /// Tokens given for a request id, so that a repeat gets the same one.
    given: HashMap<String, String>,
    resolved: Vec<(PersonId, i32)>,
    events: Vec<Event>,
    ended: Vec<String>,
    identity_is_down: bool,
}

/// What the stand-ins know and have seen.
pub(crate) struct Neighbours {
    state: Mutex<State>,
    arrived: Notify,
}

/// The stand-ins, as trait objects of the generated servers.
#[derive(Clone)]
struct Api(Arc<Neighbours>);

impl Neighbours {
    /// Starts both on one port.
    pub(crate) async fn start(shutdown: &Shutdown) -> (Arc<Self>, PeerConfig) {
        let own = Arc::new(Self { state: Mutex::default(), arrived: Notify::new() });
        let api = Api(Arc::clone(&own));
        let listeners = Listeners::loopback().await.unwrap();
        let address = listeners.grpc_address().unwrap();
        let services = [
            "shiming.identity.v1.PersonService",
            "shiming.identity.v1.SessionService",
            "shiming.messaging.v1.EventService",
        ];
        ServerBuilder::new(
            "neighbours",
            &ListenConfig::loopback(address, address),
            PolicyTable::of(&services).unwrap(),
            Arc::new(api.clone()),
            shutdown.clone(),
        )
        .add(PersonServiceServer::new(api.clone()))
        .add(SessionServiceServer::new(api.clone()))
        .add(EventServiceServer::new(api))
        .spawn(listeners);
        (own, PeerConfig::plaintext(format!("http://{address}")))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Registers a citizen with a session that has just passed a face check; the token is the answer's second half.
    pub(crate) fn admit(&self, citizen: Citizen, clock: &ManualClock) -> (PersonId, String) {
        let person_id = PersonId::new(clock);
        let session = Session {
            session_id: SessionId::new(clock),
            person_id,
            evidence: EvidenceLevel::Face,
            step_up_time: Some(shiming_kernel::Clock::now(clock)),
            enterprise_id: None,
            binding_id: None,
        };
        let token = format!("token-{person_id}");
        let mut state = self.state();
        state.citizens.insert(person_id, citizen);
        state.sessions.insert(token.clone(), session);
        (person_id, token)
    }

    pub(crate) fn change_citizen(&self, person_id: PersonId, change: impl FnOnce(&mut Citizen)) {
        change(self.state().citizens.get_mut(&person_id).unwrap());
    }

    pub(crate) fn change_session(&self, token: &str, change: impl FnOnce(&mut Session)) {
        change(self.state().sessions.get_mut(token).unwrap());
    }

    pub(crate) fn session(&self, token: &str) -> Option<Session> {
        self.state().sessions.get(token).cloned()
    }

    pub(crate) fn set_identity_down(&self, down: bool) {
        self.state().identity_is_down = down;
    }

    /// Whom enterprise-binding asked about, and for what purpose.
    pub(crate) fn resolved(&self) -> Vec<(PersonId, i32)> {
        self.state().resolved.clone()
    }

    /// The first event of `kind` with a message for `person`; waits for it to arrive.
    pub(crate) async fn event(&self, kind: &str, person: PersonId) -> Event {
        let person = person.to_string();
        let tells = |event: &Event| event.messages.iter().any(|message| message.person_id == person);
        self.arrival(kind, tells).await
    }

    /// The first event of `kind` that takes a to-do from `person`; waits for it to arrive.
    pub(crate) async fn taken(&self, kind: &str, person: PersonId) -> Event {
        let person = person.to_string();
        self.arrival(kind, |event| event.closings.iter().any(|closing| closing.person_id == person)).await
    }

    /// The first event of `kind` with a to-do for `person`; waits for it to arrive.
    pub(crate) async fn task(&self, kind: &str, person: PersonId) -> Event {
        let person = person.to_string();
        self.arrival(kind, |event| event.todos.iter().any(|todo| todo.person_id == person)).await
    }

    pub(crate) async fn arrival(&self, kind: &str, concerns: impl Fn(&Event) -> bool) -> Event {
        let found = async {
            loop {
                let arrived = self.arrived.notified();
                let known = self.events().into_iter().find(|event| event.r#type == kind && concerns(event));
                if let Some(event) = known {
                    return event;
                }
                arrived.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), found).await.expect(kind)
    }

    /// The bindings by which no session acts any more.
    pub(crate) fn ended(&self) -> Vec<String> {
        self.state().ended.clone()
    }

    /// Everything that has arrived.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.state().events.clone()
    }
}

fn wire_session(session: &Session) -> WireSession {
    WireSession {
        session_id: session.session_id.to_string(),
        person_id: session.person_id.to_string(),
        evidence: WireEvidence::Face.into(),
        step_up_time: session.step_up_time.map(timestamp),
        enterprise_id: session.enterprise_id.map(|id| id.to_string()).unwrap_or_default(),
        binding_id: session.binding_id.map(|id| id.to_string()).unwrap_or_default(),
        ..WireSession::default()
    }
}

#[tonic::async_trait]
impl SessionResolver for Api {
    async fn resolve(&self, token: &str, _: shiming_rpc::SessionUse) -> Result<Session, SessionError> {
        self.0.session(token).ok_or(SessionError::Invalid)
    }
}

#[tonic::async_trait]
impl PersonService for Api {
    async fn get_profile(
        &self,
        _: Request<wire::GetProfileRequest>,
    ) -> Result<Response<wire::GetProfileResponse>, Status> {
        Err(Status::unimplemented("not of this test"))
    }

    async fn get_evidence(
        &self,
        _: Request<wire::GetEvidenceRequest>,
    ) -> Result<Response<wire::GetEvidenceResponse>, Status> {
        Err(Status::unimplemented("not of this test"))
    }

    async fn resolve_person(
        &self,
        request: Request<wire::ResolvePersonRequest>,
    ) -> Result<Response<wire::ResolvePersonResponse>, Status> {
        let request = request.into_inner();
        let person_id: PersonId = request.person_id.parse().unwrap();
        let mut state = self.0.state();
        if state.identity_is_down {
            return Err(Status::unavailable("down"));
        }
        state.resolved.push((person_id, request.purpose));
        let citizen = state.citizens.get(&person_id).ok_or_else(|| Status::not_found("nobody"))?;
        Ok(Response::new(wire::ResolvePersonResponse {
            document: Some(IdentityDocument {
                r#type: DocumentType::ResidentId.into(),
                number: citizen.number.into(),
                name: citizen.name.into(),
            }),
            document_valid: citizen.document_valid,
            adult: citizen.adult,
        }))
    }
}

#[tonic::async_trait]
impl SessionService for Api {
    async fn get_session(
        &self,
        _: Request<wire::GetSessionRequest>,
    ) -> Result<Response<wire::GetSessionResponse>, Status> {
        Err(Status::unimplemented("not of this test"))
    }

    async fn log_out(
        &self,
        _: Request<wire::LogOutRequest>,
    ) -> Result<Response<wire::LogOutResponse>, Status> {
        Err(Status::unimplemented("not of this test"))
    }

    async fn introspect_session(
        &self,
        request: Request<wire::IntrospectSessionRequest>,
    ) -> Result<Response<wire::IntrospectSessionResponse>, Status> {
        let session = self.0.session(&request.into_inner().session_token);
        let session = session.ok_or_else(|| from_error(&Problem::from(Reason::SessionInvalid)))?;
        Ok(Response::new(wire::IntrospectSessionResponse { session: Some(wire_session(&session)) }))
    }

    async fn end_enterprise_context(
        &self,
        request: Request<wire::EndEnterpriseContextRequest>,
    ) -> Result<Response<wire::EndEnterpriseContextResponse>, Status> {
        self.0.state().ended.extend(request.into_inner().binding_ids);
        Ok(Response::new(wire::EndEnterpriseContextResponse::default()))
    }

    async fn set_session_enterprise(
        &self,
        request: Request<wire::SetSessionEnterpriseRequest>,
    ) -> Result<Response<wire::SetSessionEnterpriseResponse>, Status> {
        let token = session_token(&request).unwrap().into_inner();
        let request = request.into_inner();
        let mut state = self.0.state();
        let mut session = state.sessions[&token].clone();
        session.enterprise_id = request.enterprise_id.parse().ok();
        session.binding_id = request.binding_id.parse().ok();
        if request.validate_only {
            return Ok(Response::new(wire::SetSessionEnterpriseResponse::default()));
        }
        // The old token stays good for a moment, as identity's does, so that a repeat gets through.
        let renewed = state.given.entry(request.request_id).or_insert(format!("{token}+")).clone();
        let answer = Some(wire_session(&session));
        state.sessions.insert(renewed.clone(), session);
        Ok(Response::new(wire::SetSessionEnterpriseResponse { session_token: renewed, session: answer }))
    }
}

#[tonic::async_trait]
impl EventService for Api {
    async fn deliver_events(
        &self,
        request: Request<DeliverEventsRequest>,
    ) -> Result<Response<DeliverEventsResponse>, Status> {
        let events = request.into_inner().events;
        let accepted_count = i32::try_from(events.len()).unwrap();
        self.0.state().events.extend(events);
        self.0.arrived.notify_waiters();
        Ok(Response::new(DeliverEventsResponse { accepted_count }))
    }
}
