//! A face-auth service on a free port with the real models, and clients to it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use shiming_face_auth::{FaceAuth, Settings};
use shiming_kernel::ManualClock;
use shiming_pictures::repository;
use shiming_proto::face::v1::authority_service_client::AuthorityServiceClient;
use shiming_proto::face::v1::demo_authority_service_client::DemoAuthorityServiceClient;
use shiming_proto::face::v1::face_data_service_client::FaceDataServiceClient;
use shiming_proto::face::v1::face_limit_service_client::FaceLimitServiceClient;
use shiming_proto::face::v1::face_session_service_client::FaceSessionServiceClient;
use shiming_proto::face::v1::submit_capture_request::Part;
use shiming_proto::face::v1::{
    CaptureFrame, CaptureHeader, ConsentReceipt, CreateFaceSessionRequest, CreateFaceSessionResponse,
    FacePurpose, FaceResult, ImportReferencesRequest, ImportReferencesResponse, IssueChallengeRequest,
    LivenessAction, LivenessChallenge, RedeemFaceResultRequest, RedeemFaceResultResponse, Reference,
    SubmitCaptureRequest, SubmitCaptureResponse,
};
use shiming_proto::types::v1::{DocumentType, EvidenceLevel, IdentityDocument};
use shiming_rpc::ClientChannel;
use shiming_rpc::status::Problem;
use shiming_runtime::config::PeerConfig;
use shiming_service::ConfigOf;
use shiming_testkit::{Backend, TestDatabase};
use tonic::Status;
use uuid::Uuid;

use crate::film::{Film, Shot, clip, duration};

/// 张三, whose reference the tests import.
pub(crate) const ZHANG: (&str, &str) = ("640101199003070015", "张三");
/// 李四, another person.
pub(crate) const LI: (&str, &str) = ("11010519491231002X", "李四");
/// 王小, who turns 16 the day after the stand's clock begins.
pub(crate) const FIFTEEN: (&str, &str) = ("640101201011240010", "王小");

/// Of the consent text in force.
pub(crate) const TEXT_SHA256: &str = "b79d8aae2ebc98f80d01d57e832516254d0cba4e77e877aaeb2afcec63f47607";

pub(crate) struct Stand {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) database: TestDatabase,
    running: shiming_testkit::Stand<FaceAuth>,
}

impl Stand {
    pub(crate) async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// With other settings.
    pub(crate) async fn start_with(database: TestDatabase, set: impl FnOnce(&mut Settings)) -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T02:00:00Z".parse().unwrap()));
        Self::start_at(database, clock, set).await
    }

    /// With a clock that others go by too.
    pub(crate) async fn start_at(
        database: TestDatabase,
        clock: Arc<ManualClock>,
        set: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut config = config(&database);
        set(&mut config.own);
        let running = shiming_testkit::Stand::start(config, Arc::clone(&clock)).await;
        Self { clock, database, running }
    }

    /// With a messaging service that is up.
    pub(crate) async fn start_beside(database: TestDatabase, messaging: PeerConfig) -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T02:00:00Z".parse().unwrap()));
        let mut config = config(&database);
        config.peers.insert("messaging".into(), messaging);
        let running = shiming_testkit::Stand::start(config, Arc::clone(&clock)).await;
        Self { clock, database, running }
    }

    /// Ends the service and starts it again on the same database.
    pub(crate) async fn restart(self) -> Self {
        let Self { clock, database, running } = self;
        let config = running.config.clone();
        drop(running);
        let running = shiming_testkit::Stand::start(config, Arc::clone(&clock)).await;
        Self { clock, database, running }
    }

    /// With Audun as 张三's reference.
    pub(crate) async fn with_zhang(database: TestDatabase) -> Self {
        let stand = Self::start(database).await;
        stand.import_zhang().await;
        stand
    }

    pub(crate) async fn import_zhang(&self) {
        let stored = self.import(vec![reference("1", ZHANG, Film::AUDUN.portrait())]).await;
        assert!(stored[0].stored, "{stored:?}");
    }

    fn channel(&self, caller: &'static str) -> ClientChannel {
        self.running.channel(caller)
    }

    /// Face sessions as identity sees them.
    pub(crate) fn identity(&self) -> FaceSessionServiceClient<ClientChannel> {
        FaceSessionServiceClient::new(self.channel("identity"))
    }

    /// Face sessions as the gateway sees them.
    pub(crate) fn gateway(&self) -> FaceSessionServiceClient<ClientChannel> {
        FaceSessionServiceClient::new(self.channel("gateway"))
    }

    pub(crate) fn authority(&self) -> AuthorityServiceClient<ClientChannel> {
        AuthorityServiceClient::new(self.channel("ops:li"))
    }

    pub(crate) fn limits(&self) -> FaceLimitServiceClient<ClientChannel> {
        FaceLimitServiceClient::new(self.channel("ops:li"))
    }

    /// Limits as callers see them who may not.
    pub(crate) fn limits_for_others(&self) -> [FaceLimitServiceClient<ClientChannel>; 2] {
        ["gateway", "identity"].map(|caller| FaceLimitServiceClient::new(self.channel(caller)))
    }

    /// Starts what runs beside the calls: events are delivered from now on.
    pub(crate) fn start_jobs(&self) {
        self.running.opened.start().unwrap();
    }

    /// Face data as identity sees it.
    pub(crate) fn data_for_identity(&self) -> FaceDataServiceClient<ClientChannel> {
        FaceDataServiceClient::new(self.channel("identity"))
    }

    /// Face data as the gateway sees it.
    pub(crate) fn data_for_gateway(&self) -> FaceDataServiceClient<ClientChannel> {
        FaceDataServiceClient::new(self.channel("gateway"))
    }

    /// Face data as operators see it.
    pub(crate) fn data_for_operator(&self) -> FaceDataServiceClient<ClientChannel> {
        FaceDataServiceClient::new(self.channel("ops:li"))
    }

    pub(crate) fn demo(&self) -> DemoAuthorityServiceClient<ClientChannel> {
        DemoAuthorityServiceClient::new(self.channel("gateway"))
    }

    pub(crate) async fn import(&self, rows: Vec<Reference>) -> Vec<ImportReferencesResponse> {
        let rows: Vec<_> =
            rows.into_iter().map(|row| ImportReferencesRequest { reference: Some(row) }).collect();
        let mut answers =
            self.authority().import_references(futures::stream::iter(rows)).await.unwrap().into_inner();
        let mut results = Vec::new();
        while let Some(result) = answers.message().await.unwrap() {
            results.push(result);
        }
        results
    }

    pub(crate) async fn open(
        &self,
        request: CreateFaceSessionRequest,
    ) -> Result<CreateFaceSessionResponse, Status> {
        Ok(self.identity().create_face_session(request).await?.into_inner())
    }

    /// A session of 张三's.
    pub(crate) async fn open_zhang(&self) -> CreateFaceSessionResponse {
        self.open(for_person(ZHANG)).await.unwrap()
    }

    /// What the session must do now.
    pub(crate) async fn challenge(
        &self,
        session: &CreateFaceSessionResponse,
    ) -> Result<LivenessChallenge, Status> {
        self.issue(asking(session)).await
    }

    pub(crate) async fn issue(&self, request: IssueChallengeRequest) -> Result<LivenessChallenge, Status> {
        Ok(self.gateway().issue_challenge(request).await?.into_inner().challenge.unwrap())
    }

    /// A challenge's nonce, and `film` doing what it asks for; to be sent later.
    pub(crate) async fn prepare(
        &self,
        session: &CreateFaceSessionResponse,
        film: Film,
    ) -> Result<(String, Vec<Shot>), Status> {
        let challenge = self.challenge(session).await?;
        let actions: Vec<_> = challenge.actions().collect();
        Ok((challenge.nonce, film.answers(&actions)))
    }

    /// Has `film` do what the session asks for.
    pub(crate) async fn capture(
        &self,
        session: &CreateFaceSessionResponse,
        film: Film,
    ) -> Result<SubmitCaptureResponse, Status> {
        let (nonce, shots) = self.prepare(session, film).await?;
        self.submit(session, &nonce, shots).await
    }

    /// Sends shots for the challenge that is asked for now, whatever it is.
    pub(crate) async fn show(
        &self,
        session: &CreateFaceSessionResponse,
        shots: Vec<Shot>,
    ) -> Result<SubmitCaptureResponse, Status> {
        let challenge = self.challenge(session).await?;
        self.submit(session, &challenge.nonce, shots).await
    }

    /// Has the session ask for `actions`, as chance might have had it.
    pub(crate) async fn ask(
        &self,
        session: &CreateFaceSessionResponse,
        actions: &[LivenessAction],
    ) -> String {
        let nonce = self.challenge(session).await.unwrap().nonce;
        let names: Vec<_> = actions.iter().map(|action| clip(*action).replace('-', "_")).collect();
        let id = &session.face_session_id;
        let place = match self.database.backend() {
            Backend::Sqlite => format!("hex(face_session_id) = '{}'", id.replace('-', "").to_uppercase()),
            Backend::Postgres => format!("face_session_id = '{id}'"),
        };
        self.sql(&format!(
            "UPDATE face_sessions SET challenge_actions = '{}' WHERE {place}",
            names.join(",")
        ))
        .await;
        nonce
    }

    /// Sends shots for the challenge of `nonce`, after the time they take.
    pub(crate) async fn submit(
        &self,
        session: &CreateFaceSessionResponse,
        nonce: &str,
        shots: Vec<Shot>,
    ) -> Result<SubmitCaptureResponse, Status> {
        self.clock.advance(shots.last().map_or(Duration::ZERO, |shot| shot.offset));
        self.submit_at_once(session, nonce, shots).await
    }

    /// Sends shots as soon as the challenge is there.
    pub(crate) async fn submit_at_once(
        &self,
        session: &CreateFaceSessionResponse,
        nonce: &str,
        shots: Vec<Shot>,
    ) -> Result<SubmitCaptureResponse, Status> {
        self.send(parts(session, nonce, shots)).await
    }

    pub(crate) async fn send(
        &self,
        parts: Vec<SubmitCaptureRequest>,
    ) -> Result<SubmitCaptureResponse, Status> {
        Ok(self.gateway().submit_capture(futures::stream::iter(parts)).await?.into_inner())
    }

    pub(crate) async fn redeem(&self, request: RedeemFaceResultRequest) -> Result<FaceResult, Status> {
        Ok(self.redeem_signed(request).await?.result.unwrap())
    }

    pub(crate) async fn redeem_signed(
        &self,
        request: RedeemFaceResultRequest,
    ) -> Result<RedeemFaceResultResponse, Status> {
        Ok(self.identity().redeem_face_result(request).await?.into_inner())
    }

    pub(crate) fn pass_time(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The one number a query answers with.
    pub(crate) async fn count(&self, query: &str) -> i64 {
        use sea_orm::{ConnectionTrait as _, Statement};
        let db = sea_orm::Database::connect(self.database.url()).await.unwrap();
        let statement = Statement::from_string(db.get_database_backend(), query);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        db.close().await.unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// The names of all tables.
    pub(crate) async fn tables(&self) -> Vec<String> {
        self.texts(match self.database.backend() {
            Backend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
            Backend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
        })
        .await
    }

    /// Every row of a table as text, bytes in hex.
    pub(crate) async fn dump(&self, table: &str) -> Vec<String> {
        let query = match self.database.backend() {
            Backend::Postgres => format!("SELECT t::text FROM {table} t"),
            Backend::Sqlite => {
                let columns = format!(
                    "SELECT group_concat('coalesce(hex(' || name || '), 0)', ' || ') FROM pragma_table_info('{table}')"
                );
                format!("SELECT {} FROM {table}", self.texts(&columns).await[0])
            }
        };
        self.texts(&query).await
    }

    /// The one column of text that a query answers with.
    async fn texts(&self, query: &str) -> Vec<String> {
        use sea_orm::{ConnectionTrait as _, Statement};
        let db = sea_orm::Database::connect(self.database.url()).await.unwrap();
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), query)).await.unwrap();
        db.close().await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Runs a statement behind the service's back.
    pub(crate) async fn sql(&self, statement: &str) {
        use sea_orm::ConnectionTrait as _;
        let db = sea_orm::Database::connect(self.database.url()).await.unwrap();
        db.execute_unprepared(statement).await.unwrap();
        db.close().await.unwrap();
    }
}

pub(crate) fn config(database: &TestDatabase) -> ConfigOf<FaceAuth> {
    let mut config = shiming_testkit::Stand::<FaceAuth>::config(database);
    config.own.engine.models = repository(".setup/models");
    // A turn of the head: the shortest challenge there is. Tests of others ask for them.
    (config.own.liveness.fewest_actions, config.own.liveness.most_actions) = (1, 1);
    config
}

pub(crate) fn document((number, name): (&str, &str)) -> IdentityDocument {
    IdentityDocument {
        r#type: DocumentType::ResidentId.into(),
        number: number.to_owned(),
        name: name.to_owned(),
    }
}

pub(crate) fn for_person(person: (&str, &str)) -> CreateFaceSessionRequest {
    CreateFaceSessionRequest {
        purpose: FacePurpose::Collection.into(),
        subject_id: subject().to_string(),
        document: Some(document(person)),
        consent: Some(ConsentReceipt {
            consent_id: Uuid::now_v7().to_string(),
            version: "2026-12".into(),
            text_sha256: TEXT_SHA256.into(),
            agree_time: None,
        }),
        request_id: Uuid::now_v7().to_string(),
        validate_only: false,
        evidence: EvidenceLevel::Unspecified.into(),
        wechat_openid: String::new(),
    }
}

/// The subject of every session in these tests.
pub(crate) fn subject() -> Uuid {
    "01890000-0000-7000-8000-0000000000aa".parse().unwrap()
}

pub(crate) fn redemption(session: &CreateFaceSessionResponse) -> RedeemFaceResultRequest {
    RedeemFaceResultRequest {
        face_session_id: session.face_session_id.clone(),
        purpose: FacePurpose::Collection.into(),
        subject_id: subject().to_string(),
        request_id: Uuid::now_v7().to_string(),
        validate_only: false,
    }
}

pub(crate) fn reference(row_id: &str, person: (&str, &str), photo: Bytes) -> Reference {
    Reference { row_id: row_id.into(), document: Some(document(person)), photo, photo_date: String::new() }
}

pub(crate) fn asking(session: &CreateFaceSessionResponse) -> IssueChallengeRequest {
    IssueChallengeRequest {
        face_session_id: session.face_session_id.clone(),
        capture_token: session.capture_token.clone(),
        request_id: Uuid::now_v7().to_string(),
        validate_only: false,
    }
}

/// A whole capture as it is sent.
pub(crate) fn parts(
    session: &CreateFaceSessionResponse,
    nonce: &str,
    shots: Vec<Shot>,
) -> Vec<SubmitCaptureRequest> {
    let head = header(&session.face_session_id, &session.capture_token, nonce);
    std::iter::once(head).chain(shots.into_iter().map(frame)).collect()
}

pub(crate) fn header(face_session_id: &str, capture_token: &str, nonce: &str) -> SubmitCaptureRequest {
    let header = CaptureHeader {
        face_session_id: face_session_id.into(),
        capture_token: capture_token.into(),
        nonce: nonce.into(),
    };
    SubmitCaptureRequest { part: Some(Part::Header(header)) }
}

pub(crate) fn frame(shot: Shot) -> SubmitCaptureRequest {
    let Shot { step, offset, image } = shot;
    SubmitCaptureRequest {
        part: Some(Part::Frame(CaptureFrame { image, capture_offset: Some(duration(offset)), step })),
    }
}

pub(crate) fn problem(refused: Result<impl std::fmt::Debug, Status>) -> Problem {
    Problem::from_status(&refused.unwrap_err())
}

pub(crate) fn reason(refused: Result<impl std::fmt::Debug, Status>) -> String {
    problem(refused).reason.to_string()
}
