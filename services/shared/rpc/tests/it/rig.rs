//! A server with a small service of the contract, and clients for it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use shiming_kernel::{CallContext, EvidenceLevel, PersonId, Reason, Session, SessionId, SystemClock};
use shiming_proto::identity::v1 as pb;
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_proto::identity::v1::session_service_server::{SessionService, SessionServiceServer};
use shiming_rpc::status::{Problem, from_error};
use shiming_rpc::{
    ClientChannel, Connector, Listeners, PolicyTable, Readiness, ServerBuilder, SessionError, SessionResolver,
};
use shiming_runtime::Shutdown;
use shiming_runtime::config::{ListenConfig, PeerConfig};
use tokio::sync::watch;
use tonic::transport::Channel;
use tonic::{Request, Response, Status};

pub(crate) const SERVICE: &str = "shiming.identity.v1.SessionService";
pub(crate) type Client = SessionServiceClient<ClientChannel>;

/// What the test sees of the served calls.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) calls: AtomicUsize,
    /// Calls still to be answered with UNAVAILABLE.
    pub(crate) failures: AtomicUsize,
    pub(crate) last: Mutex<Option<CallContext>>,
    /// Handlers that wait forever now; falls when one is dropped.
    pub(crate) waiting: watch::Sender<usize>,
    /// What the server's readiness says.
    pub(crate) ready: AtomicBool,
}

#[async_trait]
impl Readiness for Seen {
    async fn is_ready(&self) -> bool {
        self.ready.load(Ordering::SeqCst)
    }
}

impl Seen {
    pub(crate) fn context(&self) -> CallContext {
        self.last.lock().unwrap().clone().unwrap()
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) async fn until_waiting(&self, count: usize) {
        let reached = async { self.waiting.subscribe().wait_for(|now| *now == count).await.map(|_| ()) };
        tokio::time::timeout(Duration::from_secs(10), reached).await.unwrap().unwrap();
    }
}

struct Waiting(Arc<Seen>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.send_modify(|count| *count -= 1);
    }
}

#[derive(Clone)]
struct Service(Arc<Seen>);

#[async_trait]
impl SessionService for Service {
    async fn get_session(
        &self,
        request: Request<pb::GetSessionRequest>,
    ) -> Result<Response<pb::GetSessionResponse>, Status> {
        *self.0.last.lock().unwrap() = Some(shiming_rpc::context(&request));
        Ok(Response::new(pb::GetSessionResponse::default()))
    }

    /// Does what the token says.
    async fn log_out(
        &self,
        request: Request<pb::LogOutRequest>,
    ) -> Result<Response<pb::LogOutResponse>, Status> {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        *self.0.last.lock().unwrap() = Some(shiming_rpc::context(&request));
        let take = |left: usize| left.checked_sub(1);
        if self.0.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
            return Err(Status::unavailable("replica 10.0.0.7 is gone"));
        }
        match request.into_inner().session_token.as_str() {
            "wait" => {
                self.0.waiting.send_modify(|count| *count += 1);
                let _waiting = Waiting(self.0.clone());
                std::future::pending::<()>().await;
            }
            "panic" => unreachable!("secret of the handler"),
            "bare" => return Err(Status::not_found("row 17 of persons")),
            _ => {}
        }
        Ok(Response::new(pb::LogOutResponse::default()))
    }

    async fn introspect_session(
        &self,
        request: Request<pb::IntrospectSessionRequest>,
    ) -> Result<Response<pb::IntrospectSessionResponse>, Status> {
        let found =
            TestSessions.resolve(&request.into_inner().session_token, shiming_rpc::SessionUse::Active).await;
        let session = found.map_err(|_| from_error(&Problem::from(Reason::SessionInvalid)))?;
        let session = pb::Session {
            session_id: session.session_id.to_string(),
            person_id: session.person_id.to_string(),
            evidence: shiming_proto::types::v1::EvidenceLevel::Face.into(),
            ..Default::default()
        };
        Ok(Response::new(pb::IntrospectSessionResponse { session: Some(session) }))
    }

    async fn end_enterprise_context(
        &self,
        _: Request<pb::EndEnterpriseContextRequest>,
    ) -> Result<Response<pb::EndEnterpriseContextResponse>, Status> {
        Err(Status::unimplemented("not of this test"))
    }

    async fn set_session_enterprise(
        &self,
        _: Request<pb::SetSessionEnterpriseRequest>,
    ) -> Result<Response<pb::SetSessionEnterpriseResponse>, Status> {
        Err(Status::unimplemented("not in this test"))
    }
}

/// Knows the token `good`, can't tell about `down`, and refuses all others.
pub(crate) struct TestSessions;

#[async_trait]
impl SessionResolver for TestSessions {
    async fn resolve(&self, token: &str, _: shiming_rpc::SessionUse) -> Result<Session, SessionError> {
        match token {
            "good" => Ok(Session {
                session_id: SessionId::new(&SystemClock),
                person_id: PersonId::new(&SystemClock),
                evidence: EvidenceLevel::Face,
                step_up_time: None,
                enterprise_id: None,
                binding_id: None,
            }),
            "down" => Err(SessionError::Unavailable),
            _ => Err(SessionError::Invalid),
        }
    }
}

/// A running server.
pub(crate) struct Rig {
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) shutdown: Shutdown,
    pub(crate) seen: Arc<Seen>,
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut ListenConfig)) -> Self {
        shiming_runtime::install_crypto_provider();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut listen = ListenConfig::loopback(any, any);
        change(&mut listen);
        let listeners = Listeners::bind(&listen).await.unwrap();
        let address = listeners.grpc_address().unwrap();
        let admin = listeners.admin.as_ref().unwrap().local_addr().unwrap();
        let shutdown = Shutdown::new();
        let seen = Arc::new(Seen {
            calls: AtomicUsize::new(0),
            failures: AtomicUsize::new(0),
            last: Mutex::new(None),
            waiting: watch::channel(0).0,
            ready: AtomicBool::new(true),
        });
        let policies = PolicyTable::of(&[SERVICE]).unwrap();
        ServerBuilder::new("identity", &listen, policies, Arc::new(TestSessions), shutdown.clone())
            .add(SessionServiceServer::new(Service(seen.clone())))
            .ready_when(seen.clone())
            .spawn(listeners);
        Self { address, admin, shutdown, seen }
    }

    /// Our own client, calling itself `name`.
    pub(crate) fn client(&self, name: &'static str) -> Client {
        let connector = Connector::new(name, &self.shutdown).unwrap();
        let channel = connector.connect(&PeerConfig::plaintext(format!("http://{}", self.address))).unwrap();
        SessionServiceClient::new(channel)
    }

    /// The library's bare channel.
    pub(crate) async fn bare(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }
}

pub(crate) fn log_out(token: &str) -> pb::LogOutRequest {
    pb::LogOutRequest { session_token: token.into(), ..Default::default() }
}

/// A request of the bare channel in the name of `caller`.
pub(crate) fn named<T>(caller: &'static str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(shiming_rpc::metadata::CALLER, caller.parse().unwrap());
    request
}
