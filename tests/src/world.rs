//! The whole system, started for one test: as the all-in-one on SQLite, or as five processes on PostgreSQL and Redis with mutual TLS.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::multipart::{Form, Part as FormPart};
use serde_json::{Value, json};
use shiming_crypto::KeyringConfig;
use shiming_testkit::{LeafFiles, Postgres, Redis, TestCa, free_port};
use tempfile::TempDir;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Endpoint;
use tonic_prost::ProstCodec;

use crate::browser::Browser;
use crate::grpcurl::Grpcurl;
use crate::journey::{CONSENT_TEXT, Citizen};
use crate::process::{Build, Process};
use crate::sms_cloud::SmsCloud;

/// The letters of every picture code while a test runs.
pub(crate) const CAPTCHA: &str = "TEXT";
const START_LIMIT: Duration = Duration::from_mins(2);

/// A part that is a process of its own in the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Persons, sessions.
    Identity,
    /// Faces.
    FaceAuth,
    /// Enterprises.
    EnterpriseBinding,
    /// Messages.
    Messaging,
    /// Pages and HTTP.
    Gateway,
}

impl Part {
    /// The four services.
    pub const SERVICES: [Self; 4] =
        [Self::Identity, Self::FaceAuth, Self::EnterpriseBinding, Self::Messaging];
    /// All five.
    pub const ALL: [Self; 5] =
        [Self::Identity, Self::FaceAuth, Self::EnterpriseBinding, Self::Messaging, Self::Gateway];

    /// As the configuration spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::FaceAuth => "face-auth",
            Self::EnterpriseBinding => "enterprise-binding",
            Self::Messaging => "messaging",
            Self::Gateway => "gateway",
        }
    }

    const fn binary(self) -> &'static str {
        match self {
            Self::Identity => "shiming-identity",
            Self::FaceAuth => "shiming-face-auth",
            Self::EnterpriseBinding => "shiming-enterprise-binding",
            Self::Messaging => "shiming-messaging",
            Self::Gateway => "shiming-gateway",
        }
    }

    /// Whom it calls: those of its checked-in settings, which its loader demands.
    fn peers(self) -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let own =
            if self == Self::Gateway { "gateway".to_owned() } else { format!("services/{}", self.name()) };
        let settings = fs::read_to_string(root.join(own).join("config/default.toml")).unwrap();
        let settings: toml::Table = settings.parse().unwrap();
        let is_peer = |part: &Self| settings["peers"].get(part.key().as_str()).is_some();
        Self::SERVICES.into_iter().filter(is_peer).collect()
    }

    /// As settings and databases spell it.
    fn key(self) -> String {
        self.name().replace('-', "_")
    }
}

/// The system under test.
#[derive(Debug)]
pub struct World {
    /// The pages' address.
    pub origin: String,
    kind: Kind,
    _data: TempDir,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one per test")]
enum Kind {
    Embedded { process: Process, grpc: String },
    Cluster(Cluster),
}

/// Five processes and what they need.
#[derive(Debug)]
pub struct Cluster {
    processes: BTreeMap<Part, Process>,
    addresses: BTreeMap<Part, String>,
    operator: LeafFiles,
    gateway: LeafFiles,
    sms: SmsCloud,
    /// The database server of this world alone.
    pub postgres: Postgres,
    /// The cache server of this world alone.
    pub redis: Redis,
    _ca: TestCa,
}

impl World {
    /// The all-in-one with an empty data folder, `settings` on top.
    pub async fn embedded(settings: &[(&str, String)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let (http, grpc) = (free_port(), format!("127.0.0.1:{}", free_port()));
        let mut all: BTreeMap<String, String> = [
            ("SHIMING_ALL_IN_ONE__DATA", data.path().display().to_string()),
            ("SHIMING_ALL_IN_ONE__LISTEN__HTTP", format!("127.0.0.1:{http}")),
            ("SHIMING_ALL_IN_ONE__LISTEN__GRPC", grpc.clone()),
            ("SHIMING_ALL_IN_ONE__LISTEN__ADMIN", format!("127.0.0.1:{}", free_port())),
            ("SHIMING_GATEWAY__CAPTCHA__KNOWN_ANSWER", CAPTCHA.into()),
            ("SHIMING_IDENTITY__RULES__CODE_PAUSE", "1s".into()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        all.extend(settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        let process = Process::start("shiming", all);
        let world = Self {
            origin: format!("http://localhost:{http}"),
            kind: Kind::Embedded { process, grpc },
            _data: data,
        };
        world.until_up().await;
        world
    }

    /// Five processes on a PostgreSQL and a Redis of their own, with certificates of a fresh authority; `settings` for all of them.
    pub async fn cluster(settings: &[(Part, &str, String)]) -> Self {
        let world = Self::cluster_of(&Build::beside_this_test(), settings).await;
        world.until_up().await;
        world
    }

    /// The same five processes of another build, perhaps not up yet.
    pub async fn cluster_of(build: &Build, settings: &[(Part, &str, String)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let (ca, postgres, redis) = (TestCa::new(), Postgres::start(), Redis::start());
        let sms = SmsCloud::start().await;
        let addresses: BTreeMap<_, _> =
            Part::ALL.map(|part| (part, format!("localhost:{}", free_port()))).into();
        let origin = format!("http://{}", addresses[&Part::Gateway]);
        let (operator, edge) = (ca.ops("tester"), ca.gateway());
        let mut processes = BTreeMap::new();
        for part in Part::ALL {
            let leaf = if part == Part::Gateway { edge.clone() } else { ca.service(part.name()) };
            let mut all = common(part, &leaf, &addresses, &redis);
            match part {
                Part::Gateway => gateway(&mut all, &addresses),
                service => {
                    all.insert("STORE__URL".into(), postgres.database(&service.key()));
                }
            }
            if part == Part::Messaging {
                tencent(&mut all, &sms.endpoint);
            }
            if part == Part::Identity {
                all.insert("RULES__CODE_PAUSE".into(), "1s".into());
            }
            let own = settings.iter().filter(|(whose, ..)| *whose == part);
            all.extend(own.map(|(_, key, value)| ((*key).to_owned(), value.clone())));
            let prefix = format!("SHIMING_{}__", part.key().to_uppercase());
            let environment = all.into_iter().map(|(key, value)| (format!("{prefix}{key}"), value)).collect();
            processes.insert(part, Process::start_from(build, part.binary(), environment));
        }
        let cluster =
            Cluster { processes, addresses, operator, gateway: edge, sms, postgres, redis, _ca: ca };
        Self { origin, kind: Kind::Cluster(cluster), _data: data }
    }

    /// Waits until pages and all services answer.
    pub async fn until_up(&self) {
        let started = Instant::now();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        loop {
            // Through the gateway to every service: a refusal is an answer, an outage is none.
            let mut up = true;
            for path in [CONSENT_TEXT, "/api/bootstrap"] {
                let answer = client.get(format!("{}{path}", self.origin)).send().await;
                up &= answer.is_ok_and(|answer| answer.status().is_success());
            }
            for part in Part::SERVICES {
                up = up && self.operator(part).ask(&["list"]).is_ok();
            }
            if up {
                return;
            }
            assert!(started.elapsed() < START_LIMIT, "not up in time");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// A fresh browser.
    pub async fn browser(&self) -> Browser {
        Browser::open(&self.origin).await
    }

    /// grpcurl in an operator's hands, towards `part`.
    pub fn operator(&self, part: Part) -> Grpcurl {
        match &self.kind {
            Kind::Embedded { grpc, .. } => Grpcurl::plaintext(grpc.clone(), "ops:tester"),
            Kind::Cluster(cluster) => {
                Grpcurl::with_certificate(cluster.addresses[&part].clone(), &cluster.operator)
            }
        }
    }

    /// grpcurl with the gateway's certificate, towards `part` of the cluster.
    pub fn as_gateway(&self, part: Part) -> Grpcurl {
        let cluster = self.in_cluster();
        Grpcurl::with_certificate(cluster.addresses[&part].clone(), &cluster.gateway)
    }

    /// grpcurl as the caller `name`, on the plaintext loopback of the embedded world.
    pub fn as_caller(&self, part: Part, name: &str) -> Grpcurl {
        match &self.kind {
            Kind::Embedded { grpc, .. } => Grpcurl::plaintext(grpc.clone(), name),
            Kind::Cluster(_) => panic!("{part:?}: callers of the cluster need certificates"),
        }
    }

    /// A request stream that `caller` opens at `path`, sends nothing in, never ends, and opens again; in the embedded world only.
    pub async fn held_stream(&self, path: &str, caller: &str) -> impl Future<Output = ()> + Send + use<> {
        let Kind::Embedded { grpc, .. } = &self.kind else {
            panic!("callers of the cluster need certificates")
        };
        let channel = Endpoint::from_shared(format!("http://{grpc}")).unwrap().connect().await.unwrap();
        let (path, caller): (PathAndQuery, MetadataValue<Ascii>) =
            (path.parse().unwrap(), caller.parse().unwrap());
        async move {
            let mut client = Grpc::new(channel);
            loop {
                let mut request = tonic::Request::new(futures::stream::pending::<()>());
                request.metadata_mut().insert("x-shiming-caller", caller.clone());
                if client.ready().await.is_ok() {
                    let call = client.streaming(request, path.clone(), ProstCodec::<(), ()>::default());
                    if let Ok(answer) = call.await {
                        drop(answer.into_inner().message().await);
                    }
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }

    /// Makes `photo` the authority's reference of `citizen`.
    pub async fn set_reference(&self, citizen: &Citizen, photo: &[u8]) {
        match &self.kind {
            Kind::Embedded { .. } => {
                let form = Form::new()
                    .text("documentType", "DOCUMENT_TYPE_RESIDENT_ID")
                    .text("documentNumber", citizen.number)
                    .text("name", citizen.name)
                    .part(
                        "photo",
                        FormPart::bytes(photo.to_vec())
                            .file_name("photo.jpg")
                            .mime_str("image/jpeg")
                            .unwrap(),
                    );
                self.browser().await.upload("/api/demo/reference", form).await.ok();
            }
            Kind::Cluster(_) => {
                let reference = json!({"reference": {"row_id": "1", "document": citizen.document(),
                    "photo": STANDARD.encode(photo)}});
                let authority = self.operator(Part::FaceAuth);
                let answer =
                    authority.call("shiming.face.v1.AuthorityService/ImportReferences", &[reference]);
                let answer = answer.unwrap();
                assert_eq!(answer[0]["stored"], true, "{answer:?}");
            }
        }
    }

    /// Imports rows into the registry; the embedded world has the demo's already.
    pub fn import_registry(&self, rows: &[Value]) {
        let rows: Vec<_> = rows.iter().map(|row| json!({"row": row})).collect();
        let registry = self.operator(Part::EnterpriseBinding);
        let answer = registry.call("shiming.enterprise.v1.RegistryService/ImportEnterprises", &rows).unwrap();
        assert_eq!(answer[0].get("failedCount"), None, "{answer:?}");
    }

    /// The newest one-time code that reached `mobile`, waiting for it a while; not `except`, the one before.
    pub async fn code_for(&self, mobile: &str, except: Option<&str>) -> String {
        let started = Instant::now();
        loop {
            match self.newest_code(mobile).await {
                Some(code) if Some(code.as_str()) != except => return code,
                _ => assert!(started.elapsed() < Duration::from_secs(20), "no code came"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The newest one-time code that reached `mobile` so far.
    pub async fn newest_code(&self, mobile: &str) -> Option<String> {
        match &self.kind {
            Kind::Embedded { .. } => self.code_on_demo_phone(mobile).await,
            Kind::Cluster(cluster) => cluster.sms.code_for(mobile),
        }
    }

    async fn code_on_demo_phone(&self, mobile: &str) -> Option<String> {
        let answer = self
            .browser()
            .await
            .call("messaging.v1.DemoSmsService/ListDemoSms", json!({"mobile": mobile}))
            .await
            .ok();
        let text = answer["messages"][0]["text"].as_str()?.to_owned();
        let digits = text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6)?;
        Some(digits.to_owned())
    }

    /// How many text messages reached `mobile`; in the cluster only.
    pub fn sms_count(&self, mobile: &str) -> usize {
        self.in_cluster().sms.count_for(mobile)
    }

    /// The cluster's servers.
    pub fn in_cluster(&self) -> &Cluster {
        match &self.kind {
            Kind::Cluster(cluster) => cluster,
            Kind::Embedded { .. } => panic!("this world is one process"),
        }
    }

    /// The process that runs `part`.
    pub fn process(&mut self, part: Part) -> &mut Process {
        match &mut self.kind {
            Kind::Embedded { process, .. } => process,
            Kind::Cluster(cluster) => cluster.processes.get_mut(&part).unwrap(),
        }
    }

    /// The number of the process that runs `part`.
    pub fn process_id(&self, part: Part) -> u32 {
        match &self.kind {
            Kind::Embedded { process, .. } => process.id(),
            Kind::Cluster(cluster) => cluster.processes[&part].id(),
        }
    }

    /// Everything that every process printed.
    pub fn output(&self) -> String {
        match &self.kind {
            Kind::Embedded { process, .. } => process.output(),
            Kind::Cluster(cluster) => cluster.processes.values().map(Process::output).collect(),
        }
    }

    /// Kills the process that runs `part` as a crash would, starts it again and waits until everything answers.
    pub async fn crash(&mut self, part: Part) {
        let process = self.process(part);
        process.kill();
        process.restart();
        self.until_up().await;
    }
}

type Settings = BTreeMap<String, String>;

fn common(part: Part, leaf: &LeafFiles, addresses: &BTreeMap<Part, String>, redis: &Redis) -> Settings {
    let keyring = KeyringConfig::generate();
    let mut all = Settings::new();
    let mut set = |key: &str, value: String| drop(all.insert(key.to_owned(), value));
    let file = |path: &Path| path.display().to_string();
    set("KEYRING__CURRENT", "1".into());
    set("KEYRING__KEYS__1", keyring.keys[&1].expose().clone());
    set("TELEMETRY__LOG_FORMAT", "json".into());
    set("PROCESS__DRAIN_DELAY", "0s".into());
    if part != Part::Gateway {
        set("LISTEN__GRPC", addresses[&part].replace("localhost", "127.0.0.1"));
        set("LISTEN__ADMIN", format!("127.0.0.1:{}", free_port()));
        set("LISTEN__PLAINTEXT_LOOPBACK", "false".into());
        set("LISTEN__TLS__CERT", file(&leaf.cert));
        set("LISTEN__TLS__KEY", file(&leaf.key));
        set("LISTEN__TLS__CLIENT_CA", file(&leaf.ca));
    }
    if !matches!(part, Part::FaceAuth | Part::EnterpriseBinding) {
        set("CACHE__URL", redis.url());
    }
    for peer in part.peers() {
        let key = peer.key().to_uppercase();
        set(&format!("PEERS__{key}__URI"), format!("https://{}", addresses[&peer]));
        set(&format!("PEERS__{key}__TLS__CERT"), file(&leaf.cert));
        set(&format!("PEERS__{key}__TLS__KEY"), file(&leaf.key));
        set(&format!("PEERS__{key}__TLS__CA"), file(&leaf.ca));
    }
    if part == Part::FaceAuth {
        set("ENGINE__MODELS", ".setup/models".into());
    }
    all
}

fn gateway(all: &mut Settings, addresses: &BTreeMap<Part, String>) {
    let address = &addresses[&Part::Gateway];
    all.insert("HTTP__LISTEN".into(), address.replace("localhost", "127.0.0.1"));
    all.insert("HTTP__ADMIN".into(), format!("127.0.0.1:{}", free_port()));
    all.insert("HTTP__PUBLIC_ORIGIN".into(), format!("http://{address}"));
    all.insert("CAPTCHA__KNOWN_ANSWER".into(), CAPTCHA.into());
}

fn tencent(all: &mut Settings, endpoint: &str) {
    let settings = [
        ("PROVIDER", "tencent"),
        ("TENCENT__ENDPOINT", endpoint),
        ("TENCENT__REGION", "ap-beijing"),
        ("TENCENT__APP_ID", "\"1400006666\""),
        ("TENCENT__SIGN_NAME", "实名办税"),
        ("TENCENT__CODE_TEMPLATE_ID", "\"1110\""),
        ("TENCENT__SECRET_ID", "AKIDEXAMPLE"),
        ("TENCENT__SECRET_KEY", "stand-in"),
    ];
    all.extend(settings.map(|(key, value)| (format!("SMS__{key}"), value.to_owned())));
}
