//! Face-auth owns face sessions, the comparison with the authority's reference faces, and the limits on attempts. It knows neither
//! phones nor login sessions.
//!
//! ```text
//! identity ──create_face_session──▶ session (purpose, subject, identity, capture token)
//!  gateway ──issue_challenge──▶ what to do before the camera, for one capture
//!  gateway ──submit_capture──▶ frames ─▶ engine ─▶ alive? ─▶ the person? ─▶ outcome, or a counted refusal; the frames are gone
//! identity ──redeem_face_result──▶ the outcome, once, signed
//! operator ──import_references──▶ sealed templates; the photos are gone
//! ```

mod app;
mod clients;
mod config;
mod domain;
mod error;
mod rpc;
mod store;

/// The engine, a crate of its own: it is built with optimisation in every profile, and its benchmarks and fuzz targets without a service.
pub use shiming_face_engine as engine;

use std::sync::Arc;

use anyhow::Context as _;
use chrono::TimeDelta;
use shiming_crypto::{Keyring, Sealer, StatementKey};
use shiming_identifiers::IdentifierError;
use shiming_kernel::{IdSource, SharedClock, SystemClock};
use shiming_proto::face::v1::authority_service_server::AuthorityServiceServer;
use shiming_proto::face::v1::demo_authority_service_server::DemoAuthorityServiceServer;
use shiming_proto::face::v1::face_data_service_server::FaceDataServiceServer;
use shiming_proto::face::v1::face_limit_service_server::FaceLimitServiceServer;
use shiming_proto::face::v1::face_session_service_server::FaceSessionServiceServer;
use shiming_rpc::{Connector, Listeners, NoSessions, PolicyTable, ServerBuilder};
use shiming_runtime::Shutdown;
use shiming_runtime::config::DurationText;
use shiming_store::{EventSink, Relay, RelayConfig, Retention, RetentionConfig, Store};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use app::{App, Authorities, BuiltInAuthority, PrivacyRules, Rules};
use clients::MessagingSink;
use clients::authority::Authority;
pub use config::{
    AcceptedText, AuthorityConfig, BreakerConfig, Codes, Config, ConsentConfig, DEFAULT, DemoCitizen,
    DemoConfig, EvidenceConfig, ExternalConfig, FaceDataConfig, LimitsConfig, ProviderName, TencentConfig,
    WeChatConfig,
};
use domain::{
    AcceptedTexts, AttemptRules, CaptureLimits, ChallengeRules, KnownPerson, LevelThresholds, LivenessRules,
    PeopleThresholds,
};
use engine::FaceEngine;

/// The name by which other services know this one.
pub const NAME: &str = "face-auth";

/// The services of the contract that are served here.
pub const SERVICES: &[&str] = &[
    "shiming.face.v1.FaceSessionService",
    "shiming.face.v1.FaceLimitService",
    "shiming.face.v1.AuthorityService",
    "shiming.face.v1.FaceDataService",
    "shiming.face.v1.DemoAuthorityService",
];

/// What a message may have beside its picture.
const BESIDE_THE_PICTURE: usize = 64 * 1024;

/// Face-auth, ready to be mounted on a server.
pub struct FaceAuth {
    app: Arc<App>,
    messaging: Arc<dyn EventSink>,
    has_demo: bool,
    max_message: usize,
}

impl FaceAuth {
    /// Loads and checks the models and opens the database. A missing or altered model is an error that says what to do.
    pub async fn build(config: &Config, clock: SharedClock, shutdown: &Shutdown) -> anyhow::Result<Self> {
        let settings = config.engine.clone();
        let engine = tokio::task::spawn_blocking(move || FaceEngine::start(&settings)).await??;
        tracing::info!(
            model_pack = engine.versions().pack,
            licence = engine.versions().licence,
            workers = engine.workers(),
            "face engine ready"
        );
        let keyring = Keyring::from_config(&config.keyring)?;
        let store = Store::connect(&config.store, clock.clone(), Sealer::new(&keyring, NAME)?).await?;
        store.migrate::<store::Migrator>().await?;
        let rules = rules(config, &engine)?;
        let connector = Connector::new(NAME, shutdown)?;
        let messaging = connector.connect(&config.peers.messaging)?;
        let vault = store::Vault::new(&keyring)?;
        let built_in: Arc<dyn Authority> = Arc::new(BuiltInAuthority {
            store: store.clone(),
            vault: vault.clone(),
            model_pack: engine.versions().pack.clone(),
        });
        let max_bytes = config.engine.limits.max_bytes;
        let authorities = Authorities::new(&config.authority, &built_in, &connector, &clock, max_bytes)?;
        let app = App {
            store,
            vault,
            authorities,
            results: StatementKey::new(&keyring, "face.result")?,
            ids: IdSource::new(clock.clone()),
            clock,
            engine,
            rules,
            privacy: privacy(config),
            judgements: TaskTracker::new(),
            room: Arc::new(Semaphore::new(config.limits.captures_at_once)),
            demo_citizens: demo_citizens(config)?,
        };
        Ok(Self {
            app: Arc::new(app),
            messaging: Arc::new(MessagingSink::new(messaging)),
            has_demo: config.demo.is_some(),
            max_message: config.engine.limits.max_bytes + BESIDE_THE_PICTURE,
        })
    }

    /// Adds face-auth's services to a server; the demo authority only where demo citizens are configured.
    #[must_use]
    pub fn mount(&self, server: ServerBuilder) -> ServerBuilder {
        let sessions = FaceSessionServiceServer::new(rpc::FaceSessionApi(Arc::clone(&self.app)));
        let limits = FaceLimitServiceServer::new(rpc::FaceLimitApi(Arc::clone(&self.app)));
        let authority = AuthorityServiceServer::new(rpc::AuthorityApi(Arc::clone(&self.app)));
        let server = server
            .add(sessions.max_decoding_message_size(self.max_message))
            .add(limits)
            .add(authority.max_decoding_message_size(self.max_message))
            .add(FaceDataServiceServer::new(rpc::FaceDataApi(Arc::clone(&self.app))));
        if !self.has_demo {
            return server;
        }
        let demo = DemoAuthorityServiceServer::new(rpc::DemoAuthorityApi(Arc::clone(&self.app)));
        server.add(demo.max_decoding_message_size(self.max_message))
    }

    /// Starts what runs beside the calls: the relay of events, retention, and the wait for judgements under way when the process ends.
    pub fn start(&self, shutdown: &Shutdown) {
        let relay = Relay::new(self.app.store.clone(), Arc::clone(&self.messaging), RelayConfig::default());
        shutdown.spawn("face-auth.relay", relay.run(shutdown.soft()));
        let shared = Retention::new(self.app.store.clone(), RetentionConfig::default());
        shutdown.spawn("face-auth.retention", shared.run(shutdown.soft()));
        shutdown.spawn("face-auth.own_retention", app::retain(Arc::clone(&self.app), shutdown.soft()));
        shutdown.spawn("face-auth.people", app::watch_people_stored(Arc::clone(&self.app), shutdown.soft()));
        let (judgements, soft) = (self.app.judgements.clone(), shutdown.soft());
        shutdown.spawn("face-auth.judgements", async move {
            soft.cancelled().await;
            judgements.close();
            judgements.wait().await;
        });
    }
}

impl std::fmt::Debug for FaceAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaceAuth").field("has_demo", &self.has_demo).finish_non_exhaustive()
    }
}

/// Runs face-auth as a process of its own; returns when everything is started.
pub async fn run(config: Config, shutdown: Shutdown) -> anyhow::Result<()> {
    let service = FaceAuth::build(&config, Arc::new(SystemClock), &shutdown).await?;
    let policies = PolicyTable::of(SERVICES)?;
    let server = ServerBuilder::new(NAME, &config.listen, policies, Arc::new(NoSessions), shutdown.clone());
    service.start(&shutdown);
    service.mount(server).spawn(Listeners::bind(&config.listen).await?);
    Ok(())
}

fn rules(config: &Config, engine: &FaceEngine) -> anyhow::Result<Rules> {
    let limits = &config.limits;
    let thresholds = engine.thresholds();
    // Without it nobody could pass, and nobody may pass unjudged.
    let looks = engine.liveness_thresholds().context("the face model pack can't judge liveness")?;
    Ok(Rules {
        attempts: AttemptRules {
            not_same_per_day: limits.attempts_per_day,
            attacks_per_day: limits.attacks_per_day,
            incomplete_per_day: limits.incomplete_per_day,
            free_per_day: limits.free_tries_per_day,
        },
        device_attempts: AttemptRules {
            not_same_per_day: limits.device.attempts_per_day,
            attacks_per_day: limits.device.attacks_per_day,
            incomplete_per_day: limits.device.incomplete_per_day,
            free_per_day: limits.device.free_tries_per_day,
        },
        capture: CaptureLimits {
            frames: limits.frames,
            frame_bytes: config.engine.limits.max_bytes,
            total_bytes: limits.capture_bytes,
            frame_pixels: config.engine.limits.max_pixels,
        },
        challenge: ChallengeRules {
            actions: (config.liveness.fewest_actions, config.liveness.most_actions),
            life: delta(config.liveness.challenge_life),
        },
        liveness: LivenessRules { passive: looks.passive, same_face: thresholds.standard },
        levels: LevelThresholds { face: thresholds.standard, face_strict: thresholds.strict },
        frames_per_step: config.liveness.frames_per_step,
        step_time: config.liveness.step_time.get(),
        session_life: delta(limits.session_life),
        result_life: delta(limits.result_life),
        judge_timeout: limits.judge_timeout.get(),
        imports_at_once: limits.imports_at_once,
    })
}

fn privacy(config: &Config) -> PrivacyRules {
    let accepted =
        config.consent.accepted.iter().map(|text| (text.version.clone(), text.text_sha256.clone()));
    let Config { evidence, face_data, .. } = config;
    PrivacyRules {
        accepted: AcceptedTexts(accepted.collect()),
        evidence_kept: evidence.keep.then(|| delta(evidence.retention)),
        records_kept: delta(face_data.records_kept),
        people: PeopleThresholds { legal: face_data.legal_threshold, alarm: face_data.alarm_threshold },
    }
}

fn delta(length: DurationText) -> TimeDelta {
    TimeDelta::from_std(length.get()).unwrap_or(TimeDelta::MAX)
}

fn demo_citizens(config: &Config) -> Result<Vec<KnownPerson>, IdentifierError> {
    config.demo.iter().flat_map(|demo| &demo.citizens).map(DemoCitizen::person).collect()
}
