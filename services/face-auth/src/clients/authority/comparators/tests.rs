//! An outside authority behind the real layers, our own references behind it, and every way in which the first can fail.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::NaiveDate;
use shiming_identifiers::{DocumentType, Identity};
use shiming_kernel::{ManualClock, Reason, ServiceError as _};
use shiming_proto::face::v1::comparison_service_server::{ComparisonService, ComparisonServiceServer};
use shiming_proto::face::v1::{CompareFaceRequest, CompareFaceResponse, ComparisonOutcome};
use shiming_rpc::{Connector, Listeners, NoSessions, PolicyTable, ServerBuilder};
use shiming_runtime::config::{ListenConfig, PeerConfig};
use shiming_runtime::{BreakerRule, Shutdown};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::*;
use crate::clients::authority::{ExternalAuthority, Probe};
use crate::domain::{Evidence, IdentityKeys, LevelThresholds, Provider, Verdict};

const NUMBER: &str = "640101199003070015";
const TIMEOUT: Duration = Duration::from_millis(1500);

/// The authority at the other end.
#[derive(Clone, Default)]
struct Register(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answer: CompareFaceResponse,
    fault: Option<Status>,
    is_silent: bool,
    asked: Vec<CompareFaceRequest>,
}

impl Register {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finds(&self, outcome: ComparisonOutcome, similarity: f32) {
        self.state().answer = CompareFaceResponse { outcome: outcome.into(), similarity, threshold: 0.8 };
    }

    fn fails(&self, fault: Option<Status>) {
        self.state().fault = fault;
    }
}

#[tonic::async_trait]
impl ComparisonService for Register {
    async fn compare_face(
        &self,
        request: Request<CompareFaceRequest>,
    ) -> Result<Response<CompareFaceResponse>, Status> {
        let (answer, fault, is_silent) = {
            let mut state = self.state();
            state.asked.push(request.into_inner());
            (state.answer, state.fault.clone(), state.is_silent)
        };
        if is_silent {
            std::future::pending::<()>().await;
        }
        fault.map_or(Ok(Response::new(answer)), Err)
    }
}

/// Stands for our own references.
struct OwnReferences(Answer);

#[async_trait]
impl Authority for OwnReferences {
    fn provider(&self) -> Provider {
        Provider::BuiltIn
    }

    async fn compare(&self, _: &Question) -> Result<Answer, FaceAuthError> {
        Ok(self.0)
    }
}

struct World {
    register: Register,
    clock: Arc<ManualClock>,
    comparators: Comparators,
    shutdown: Shutdown,
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.begin();
        self.shutdown.hard().cancel();
    }
}

fn same() -> Answer {
    Answer::Compared(Verdict {
        passed: true,
        similarity: 0.7,
        threshold: 0.36,
        evidence: Evidence::Face,
        provider: Provider::BuiltIn,
    })
}

fn not_compared(outcome: ProviderOutcome) -> Answer {
    Answer::NotCompared(outcome)
}

impl World {
    /// The register, called by `caller`, then our own references if they are to answer.
    async fn called_by(caller: &'static str, own: Option<Answer>, next_without_photo: bool) -> Self {
        shiming_runtime::install_crypto_provider();
        let shutdown = Shutdown::new();
        let register = Register::default();
        register.finds(ComparisonOutcome::Same, 0.9);
        let listeners = Listeners::loopback().await.unwrap();
        let peer = PeerConfig::plaintext(format!("http://{}", listeners.grpc_address().unwrap()));
        let policies = PolicyTable::of(&["shiming.face.v1.ComparisonService"]).unwrap();
        let server =
            ServerBuilder::new("register", &listen(), policies, Arc::new(NoSessions), shutdown.clone());
        server.add(ComparisonServiceServer::new(register.clone())).spawn(listeners);

        let clock = Arc::new(ManualClock::new("2026-11-23T02:00:00Z".parse().unwrap()));
        let rule = BreakerRule { failures: 2, open_for: Duration::from_secs(30) };
        let breaker = CircuitBreaker::new("external", rule, Arc::<ManualClock>::clone(&clock));
        let channel = Connector::new(caller, &shutdown).unwrap().connect(&peer).unwrap();
        let mut comparators = Comparators::new(next_without_photo, Duration::from_secs(2));
        comparators.push(Arc::new(ExternalAuthority::new(channel, TIMEOUT, 1024)), Some(breaker));
        if let Some(own) = own {
            comparators.push(Arc::new(OwnReferences(own)), None);
        }
        Self { register, clock, comparators, shutdown }
    }

    async fn with(own: Option<Answer>) -> Self {
        Self::called_by("face-auth", own, false).await
    }

    async fn ask(&self) -> Result<Answer, FaceAuthError> {
        self.comparators.compare(&question(Evidence::Face)).await
    }

    /// Who passed the face.
    async fn passed_by(&self) -> Provider {
        match self.ask().await.unwrap() {
            Answer::Compared(Verdict { passed: true, provider, .. }) => provider,
            other => panic!("{other:?}"),
        }
    }

    fn asked(&self) -> usize {
        self.register.state().asked.len()
    }
}

fn listen() -> ListenConfig {
    let tree: toml::Table = <crate::FaceAuth as shiming_service::Service>::DEFAULT.parse().unwrap();
    let mut listen: ListenConfig = tree["listen"].clone().try_into().unwrap();
    listen.plaintext_loopback = true;
    listen
}

fn question(asked: Evidence) -> Question {
    let person =
        Identity::parse(DocumentType::ResidentId, NUMBER, "张三", NaiveDate::MAX, "document").unwrap();
    Question {
        request_id: Uuid::from_u128(7),
        keys: IdentityKeys::of(&person),
        person: Some(person),
        probe: Probe { templates: Vec::new(), best_frame: Bytes::from_static(b"jpeg") },
        levels: LevelThresholds { face: 0.36, face_strict: 0.5 },
        asked,
    }
}

#[tokio::test]
async fn the_first_is_asked_for_the_person_and_answers() {
    let world = World::with(Some(same())).await;
    assert_eq!(world.passed_by().await, Provider::External);
    world.comparators.compare(&question(Evidence::FaceStrict)).await.unwrap();
    let asked = world.register.state().asked.clone();
    let document = asked[0].document.clone().unwrap();
    assert_eq!((document.number.as_str(), document.name.as_str()), (NUMBER, "张三"));
    assert_eq!(
        (&asked[0].photo[..], asked[0].request_id.as_str()),
        (&b"jpeg"[..], Uuid::from_u128(7).to_string().as_str())
    );
    assert_eq!((asked[0].strict, asked[1].strict), (false, true));
    assert!(!format!("{:?}", asked[0]).contains(NUMBER), "it doesn't print");
}

#[tokio::test]
async fn a_definite_answer_is_the_last_word() {
    let world = World::with(Some(same())).await;
    world.register.finds(ComparisonOutcome::NotSame, 0.3);
    let answer = world.ask().await.unwrap();
    assert!(
        matches!(answer, Answer::Compared(Verdict { passed: false, provider: Provider::External, .. })),
        "nobody shops for a yes: {answer:?}"
    );
    let told = [
        (ComparisonOutcome::NameIdMismatch, ProviderOutcome::NameIdMismatch),
        (ComparisonOutcome::NoPhoto, ProviderOutcome::NoAuthoritativePhoto),
        (ComparisonOutcome::PhotoUnusable, ProviderOutcome::CaptureQuality),
    ];
    for (outcome, expected) in told {
        world.register.finds(outcome, 0.0);
        assert_eq!(world.ask().await.unwrap(), not_compared(expected));
    }
}

#[tokio::test]
async fn one_that_is_down_is_passed_over_left_alone_and_tried_again() {
    let world = World::with(Some(same())).await;
    world.register.fails(Some(Status::internal("about 640101199003070015")));
    assert_eq!(world.passed_by().await, Provider::BuiltIn);
    world.register.fails(None);
    // An answer that contradicts itself is none.
    world.register.finds(ComparisonOutcome::Same, 0.1);
    assert_eq!(world.passed_by().await, Provider::BuiltIn);
    world.register.finds(ComparisonOutcome::Same, 0.9);
    let asked = world.asked();
    assert_eq!(world.passed_by().await, Provider::BuiltIn);
    assert_eq!(world.asked(), asked, "open: not asked, though it works again");

    world.clock.advance(Duration::from_secs(30));
    world.register.state().is_silent = true;
    assert_eq!(world.passed_by().await, Provider::BuiltIn);
    assert_eq!(world.passed_by().await, Provider::BuiltIn);
    assert_eq!(world.asked(), asked + 1, "half open: one call, which gets no answer");

    world.clock.advance(Duration::from_secs(30));
    world.register.state().is_silent = false;
    assert_eq!(world.passed_by().await, Provider::External);
    assert_eq!(world.passed_by().await, Provider::External, "closed");
}

#[tokio::test]
async fn with_nobody_left_nothing_is_judged() {
    let world = World::with(None).await;
    world.register.fails(Some(Status::unavailable("x")));
    for _ in 0..3 {
        let refused = world.ask().await.unwrap_err();
        assert!(matches!(refused, FaceAuthError::NoProvider(_)), "which gives the session back, uncounted");
        assert_eq!(refused.reason(), Reason::ProviderTemporary);
        assert!(refused.facts().retry_after.is_some() && refused.words().contains("短信"));
    }
    world.register.fails(None);
    world.clock.advance(Duration::from_secs(30));
    assert_eq!(world.passed_by().await, Provider::External, "ten seconds later it is as before");
}

#[tokio::test]
async fn an_authority_that_knows_us_not_is_said_so() {
    let world = World::called_by("messaging", None, false).await;
    let refused = world.ask().await.unwrap_err();
    assert_eq!(refused.reason(), Reason::ProviderNotAuthorised);
    assert_eq!(world.asked(), 0, "the contract admits face-auth alone");
    let world = World::called_by("messaging", Some(same()), false).await;
    assert_eq!(world.passed_by().await, Provider::BuiltIn);
}

#[tokio::test]
async fn without_a_photo_the_next_is_asked_only_if_so_configured() {
    let nobody_has = not_compared(ProviderOutcome::NoAuthoritativePhoto);
    let world = World::called_by("face-auth", Some(same()), true).await;
    world.register.finds(ComparisonOutcome::NoPhoto, 0.0);
    assert_eq!(world.passed_by().await, Provider::BuiltIn);
    world.register.finds(ComparisonOutcome::NotSame, 0.1);
    assert!(matches!(world.ask().await.unwrap(), Answer::Compared(Verdict { passed: false, .. })));

    let world = World::called_by("face-auth", Some(nobody_has), true).await;
    world.register.finds(ComparisonOutcome::NoPhoto, 0.0);
    assert_eq!(world.ask().await.unwrap(), nobody_has);
    world.register.fails(Some(Status::internal("x")));
    let unknown = world.ask().await.unwrap_err();
    assert_eq!(unknown.reason(), Reason::ProviderTemporary, "the one who is down may have a photo");
}
