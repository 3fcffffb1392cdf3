//! A running identity service and everything around it.

use std::sync::Arc;

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use shiming_cache::{InProcess, SharedCache};
use shiming_crypto::KeyringConfig;
use shiming_identity::Identity;
use shiming_identity::clients::Neighbours;
use shiming_kernel::{FaceSessionId, ManualClock, Redacted, SharedClock};
use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::collection_service_client::CollectionServiceClient;
use shiming_proto::identity::v1::consent_service_client::ConsentServiceClient;
use shiming_proto::identity::v1::login_service_client::LoginServiceClient;
use shiming_proto::identity::v1::person_service_client::PersonServiceClient;
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_proto::identity::v1::step_up_service_client::StepUpServiceClient;
use shiming_rpc::status::Problem;
use shiming_rpc::{ClientChannel, with_session};
use shiming_runtime::Shutdown;
use shiming_service::{Frame, Opened};
use shiming_testkit::{Inbox, Stand, TestDatabase};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::doubles::{Face, Pluggable, Sms};
use crate::eraser::Eraser;
use crate::people::Citizen;

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) face: Arc<Face>,
    pub(crate) eraser: Arc<Eraser>,
    pub(crate) sms: Arc<Sms>,
    pub(crate) events: Arc<Inbox>,
    pub(crate) cache: Arc<Pluggable>,
    pub(crate) database: TestDatabase,
    gateway: ClientChannel,
    enterprise_binding: ClientChannel,
    stand: Stand<Identity>,
}

/// A collection that was begun.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) token: String,
    pub(crate) consent: wire::ConsentGiven,
}

pub(crate) fn id() -> String {
    Uuid::now_v7().to_string()
}

/// The answer, or what the error says.
pub(crate) fn outcome<T>(result: Result<Response<T>, Status>) -> Result<T, Problem> {
    result.map(Response::into_inner).map_err(|status| Problem::from_status(&status))
}

/// The reason of a refusal.
pub(crate) fn reason<T: std::fmt::Debug>(result: Result<Response<T>, Status>) -> String {
    outcome(result).expect_err("a refusal").reason.to_string()
}

/// A request in somebody's session.
pub(crate) fn within<T>(token: &str, message: T) -> Request<T> {
    with_session(Request::new(message), &Redacted::from(token))
}

/// What identity calls.
type Doubles = (Arc<Face>, Arc<Eraser>, Arc<Sms>, Arc<Inbox>);

/// What a world starts with, beside its database.
pub(crate) struct Setup {
    now: String,
    keyring: KeyringConfig,
    cache: Option<SharedCache>,
    doubles: Option<Doubles>,
}

impl Setup {
    /// Noon of 2 November 2026 in China, fresh keys, an empty in-process cache.
    pub(crate) fn fresh() -> Self {
        Self {
            now: "2026-11-02T04:00:00Z".into(),
            keyring: KeyringConfig::generate(),
            cache: None,
            doubles: None,
        }
    }

    pub(crate) fn with_cache(mut self, cache: SharedCache) -> Self {
        self.cache = Some(cache);
        self
    }
}

impl World {
    pub(crate) async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, Setup::fresh()).await
    }

    /// With the same database and keys, but a new process: nothing but the database is kept.
    pub(crate) async fn restart(self) -> Self {
        let keyring = self.keyring();
        self.restart_with(keyring).await
    }

    /// The keys it was started with.
    pub(crate) fn keyring(&self) -> KeyringConfig {
        self.stand.config.keyring.clone()
    }

    /// With the same database and other keys.
    pub(crate) async fn restart_with(self, keyring: KeyringConfig) -> Self {
        let shutdown = &self.stand.shutdown;
        shutdown.begin();
        shutdown.finish(std::time::Duration::ZERO, std::time::Duration::from_secs(5)).await;
        let doubles = Some((self.face.clone(), self.eraser.clone(), self.sms.clone(), self.events.clone()));
        let now = shiming_kernel::Clock::now(&*self.clock).to_rfc3339();
        Self::start_with(self.database, Setup { now, keyring, cache: None, doubles }).await
    }

    pub(crate) async fn start_with(database: TestDatabase, setup: Setup) -> Self {
        shiming_runtime::install_crypto_provider();
        let clock = Arc::new(ManualClock::new(setup.now.parse().unwrap()));
        let shared: SharedClock = clock.clone();
        let (face, eraser, sms, events) = match setup.doubles {
            Some(doubles) => doubles,
            None => (
                Arc::new(Face::new(shared.clone())),
                Arc::new(Eraser::new(shared.clone())),
                Arc::new(Sms::new()),
                Arc::new(Inbox::start().await),
            ),
        };
        let inner = setup.cache.unwrap_or_else(|| Arc::new(InProcess::new(shared.clone(), 10_000)));
        let cache = Arc::new(Pluggable::new(inner));
        let mut config = Stand::<Identity>::config(&database);
        config.keyring = setup.keyring;
        config.peers.insert("messaging".into(), events.peer());
        let shutdown = Shutdown::new();
        let frame = Frame::open::<Identity>(&config, shared, &shutdown).await.unwrap();
        let frame = frame.with_cache(cache.clone());
        let neighbours = Neighbours { face: face.clone(), face_data: eraser.clone(), sms: sms.clone() };
        let identity = Identity::beside(neighbours, &config.own, &frame).expect("identity starts");
        let opened = Opened::around(identity, frame, &config);
        opened.start().unwrap();
        let sessions = opened.sessions().unwrap();
        let stand = Stand::serve(opened, sessions, config, clock.clone(), shutdown).await;
        let (gateway, enterprise_binding) = (stand.channel("gateway"), stand.channel("enterprise-binding"));
        Self { clock, face, eraser, sms, events, cache, database, gateway, enterprise_binding, stand }
    }

    pub(crate) fn collections(&self) -> CollectionServiceClient<ClientChannel> {
        CollectionServiceClient::new(self.gateway.clone())
    }

    pub(crate) fn consents(&self) -> ConsentServiceClient<ClientChannel> {
        ConsentServiceClient::new(self.gateway.clone())
    }

    pub(crate) fn logins(&self) -> LoginServiceClient<ClientChannel> {
        LoginServiceClient::new(self.gateway.clone())
    }

    pub(crate) fn sessions(&self) -> SessionServiceClient<ClientChannel> {
        SessionServiceClient::new(self.gateway.clone())
    }

    pub(crate) fn step_ups(&self) -> StepUpServiceClient<ClientChannel> {
        StepUpServiceClient::new(self.gateway.clone())
    }

    pub(crate) fn persons(&self) -> PersonServiceClient<ClientChannel> {
        PersonServiceClient::new(self.gateway.clone())
    }

    /// Sessions and persons as enterprise-binding sees them.
    pub(crate) fn for_enterprise_binding(
        &self,
    ) -> (SessionServiceClient<ClientChannel>, PersonServiceClient<ClientChannel>) {
        let channel = &self.enterprise_binding;
        (SessionServiceClient::new(channel.clone()), PersonServiceClient::new(channel.clone()))
    }

    pub(crate) async fn consent(&self) -> wire::ConsentGiven {
        let request = wire::GetConsentTextRequest {
            purpose: wire::ConsentPurpose::FaceVerification.into(),
            version: String::new(),
        };
        let text = self.consents().get_consent_text(request).await.unwrap().into_inner().text.unwrap();
        wire::ConsentGiven { version: text.version, text_sha256: text.text_sha256, agree_time: None }
    }

    /// Begins a collection.
    pub(crate) async fn begin(&self, citizen: &Citizen) -> Begun {
        let request = wire::StartCollectionRequest {
            document: Some(citizen.document()),
            request_id: id(),
            validate_only: false,
        };
        let started = self.collections().start_collection(request).await.expect("started").into_inner();
        Begun { token: started.collection_token, consent: self.consent().await }
    }

    /// Opens a face session for a collection.
    pub(crate) async fn open_face(&self, begun: &Begun) -> FaceSessionId {
        let request = wire::BeginCollectionFaceRequest {
            collection_token: begun.token.clone(),
            consent: Some(begun.consent.clone()),
            request_id: id(),
            validate_only: false,
        };
        let opened = self.collections().begin_collection_face(request).await.expect("opened").into_inner();
        opened.face_session.unwrap().face_session_id.parse().unwrap()
    }

    /// Begins a collection and passes its face.
    pub(crate) async fn up_to_profile(&self, citizen: &Citizen) -> Begun {
        let begun = self.begin(citizen).await;
        let session = self.open_face(&begun).await;
        self.face.pass(session);
        self.pass_face(begun, session).await
    }

    /// Has a passed face counted; the collection goes on under the token it gets.
    pub(crate) async fn pass_face(&self, begun: Begun, session: FaceSessionId) -> Begun {
        let passed = self.collections().complete_collection_face(complete(&begun, session)).await;
        Begun { token: passed.expect("passed").into_inner().collection_token, ..begun }
    }

    /// Asks for a collection code and reads it from the phone.
    pub(crate) async fn collection_code(&self, begun: &Begun, mobile: &str) -> String {
        self.collections().send_collection_code(send_code(begun, mobile)).await.expect("sent");
        self.sms.next().await.code.into_inner()
    }

    /// Collects somebody, from beginning to end, and reads the event.
    pub(crate) async fn collect(&self, citizen: &Citizen) -> String {
        let begun = self.up_to_profile(citizen).await;
        let code = self.collection_code(&begun, &citizen.mobile).await;
        let finished = self.collections().finish_collection(finish(&begun, citizen, &code)).await;
        let person = finished.expect("collected").into_inner().person_id;
        self.events.next().await;
        // The next code to the same phone may be sent after a minute.
        self.clock.advance(std::time::Duration::from_mins(1));
        person
    }

    /// Logs a collected person in and gives the session's token.
    pub(crate) async fn log_in(&self, citizen: &Citizen) -> String {
        self.logins().send_login_code(send_login_code(citizen)).await.expect("sent");
        let code = self.sms.next().await.code.into_inner();
        let opened = self.logins().log_in(log_in(citizen, &code)).await.expect("logged in").into_inner();
        self.clock.advance(std::time::Duration::from_mins(1));
        opened.session_token
    }

    pub(crate) async fn sql(&self) -> DatabaseConnection {
        Database::connect(self.database.url()).await.unwrap()
    }

    /// The one number a query answers with.
    pub(crate) async fn count(&self, query: &str) -> i64 {
        let connection = self.sql().await;
        let statement = Statement::from_string(connection.get_database_backend(), query);
        let row = connection.query_one_raw(statement).await.unwrap().unwrap();
        connection.close().await.unwrap();
        row.try_get_by_index(0).unwrap()
    }
}

pub(crate) fn complete(begun: &Begun, session: FaceSessionId) -> wire::CompleteCollectionFaceRequest {
    wire::CompleteCollectionFaceRequest {
        collection_token: begun.token.clone(),
        face_session_id: session.to_string(),
        request_id: id(),
        validate_only: false,
    }
}

pub(crate) fn send_code(begun: &Begun, mobile: &str) -> wire::SendCollectionCodeRequest {
    wire::SendCollectionCodeRequest {
        collection_token: begun.token.clone(),
        mobile: mobile.into(),
        request_id: id(),
        validate_only: false,
    }
}

pub(crate) fn finish(begun: &Begun, citizen: &Citizen, code: &str) -> wire::FinishCollectionRequest {
    wire::FinishCollectionRequest {
        collection_token: begun.token.clone(),
        mobile: citizen.mobile.clone(),
        code: code.into(),
        profile: Some(citizen.profile()),
        request_id: id(),
        validate_only: false,
    }
}

pub(crate) fn send_login_code(citizen: &Citizen) -> wire::SendLoginCodeRequest {
    wire::SendLoginCodeRequest {
        document: Some(citizen.document()),
        mobile: citizen.mobile.clone(),
        request_id: id(),
        validate_only: false,
    }
}

pub(crate) fn log_in(citizen: &Citizen, code: &str) -> wire::LogInRequest {
    wire::LogInRequest {
        document: Some(citizen.document()),
        mobile: citizen.mobile.clone(),
        code: code.into(),
        client: None,
        request_id: id(),
        validate_only: false,
    }
}

/// Another six digits.
pub(crate) fn wrong(code: &str) -> String {
    let first = if code.starts_with('0') { '1' } else { '0' };
    format!("{first}{}", &code[1..])
}
