//! What is measured: each with its processes running side by side from the beginning, the others idle while one has its turn.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use shiming_testkit::free_port;
use shiming_tests::{Build, Part, World};
use tempfile::TempDir;

use crate::Measure;
use crate::load::{Connection, Done, Load};
use crate::person;
use crate::usage::{Usage, process_running};

/// One of the things that are measured.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    processes: Vec<(&'static str, u32)>,
    target: Target,
    _holds: Holds,
}

enum Target {
    Http { address: String, request: Vec<u8> },
    Grpc { service: String },
}

/// What ends when the subject is dropped.
#[expect(dead_code, reason = "held, not read")]
enum Holds {
    Cluster { world: Box<World>, output: TempDir },
    Minimal(Vec<Server>),
    Nothing,
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Subject {
    /// Starts everything that the measurement asks for.
    pub(crate) async fn all(measure: &Measure, collector: &str) -> Vec<Self> {
        let wanted = |name: &str| measure.only.is_empty() || measure.only.iter().any(|only| only == name);
        let mut all = Vec::new();
        if let Some(base) = &measure.base {
            all.push(Self::cluster("base", base, &[], measure, collector).await);
        }
        if wanted("today") {
            let binaries = measure.binaries.clone().unwrap_or_else(beside_this_program);
            all.push(Self::cluster("today", &binaries, &measure.set, measure, collector).await);
        }
        if wanted("minimal") || wanted("bare") {
            let [minimal, bare] = Self::minimal().await;
            all.extend([minimal, bare].into_iter().filter(|subject| wanted(subject.name)));
        }
        all
    }

    async fn cluster(
        name: &'static str,
        binaries: &Path,
        set: &[String],
        measure: &Measure,
        collector: &str,
    ) -> Self {
        let output = tempfile::tempdir().unwrap();
        let world = World::cluster_of(&Build::of(binaries, output.path()), &settings(set, collector)).await;
        let address = world.origin.trim_start_matches("http://").to_owned();
        until_up(&world, &address).await;
        let session = person::log_in(&world).await;
        let request = request(&address, &session, measure.request.as_deref()).await;
        let redis = process_running(&["redis-server", &format!(":{}", world.in_cluster().redis.port())]);
        let mut processes: Vec<_> = Part::ALL.map(|part| (part.name(), world.process_id(part))).into();
        processes.push(("redis", redis));
        let holds = Holds::Cluster { world: Box::new(world), output };
        Self { name, processes, target: Target::Http { address, request }, _holds: holds }
    }

    /// The minimal chain, and its service called without the edge.
    async fn minimal() -> [Self; 2] {
        let (service, edge) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        let address = format!("http://{service}");
        let behind = start(&["minimal-service", &service]);
        until_open(&service).await;
        let before = start(&["minimal-edge", &edge, &address]);
        until_open(&edge).await;
        let request = get(&edge, "GET /api/session", "");
        let ids = [before.0.id(), behind.0.id()];
        let bare = Self {
            name: "bare",
            processes: vec![("service", ids[1])],
            target: Target::Grpc { service: address },
            _holds: Holds::Nothing,
        };
        let minimal = Self {
            name: "minimal",
            processes: vec![("gateway", ids[0]), ("service", ids[1])],
            target: Target::Http { address: edge, request },
            _holds: Holds::Minimal(vec![before, behind]),
        };
        [minimal, bare]
    }

    /// Puts the load on it, from a thread of its own.
    pub(crate) async fn load(&self, load: &Load) -> Done {
        let load = load.clone();
        let run: Box<dyn FnOnce() -> Done + Send> = match &self.target {
            Target::Http { address, request } => {
                let (address, request) = (address.clone(), request.clone());
                Box::new(move || load.http(&address, &request))
            }
            Target::Grpc { service } => {
                let service = service.clone();
                Box::new(move || load.grpc(&service))
            }
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    /// What its processes have used so far, and this program as the generator.
    pub(crate) fn usage(&self) -> Vec<Usage> {
        let own = [("generator", std::process::id())];
        self.processes.iter().chain(&own).map(|(name, id)| Usage::of(name, *id)).collect()
    }
}

/// As in production, but for limits so high that the load isn't refused; they are counted all the same.
fn settings<'a>(set: &'a [String], collector: &str) -> Vec<(Part, &'a str, String)> {
    let mut all = Vec::new();
    for part in Part::ALL {
        all.push((part, "TELEMETRY__OTLP_ENDPOINT", collector.to_owned()));
        all.push((part, "TELEMETRY__SAMPLE_RATIO", "0.01".to_owned()));
    }
    for limit in ["LIMITS__REQUESTS__PER_ADDRESS", "LIMITS__REQUESTS__PER_BROWSER"] {
        all.push((Part::Gateway, limit, "1000000000".to_owned()));
    }
    for one in set {
        let (part, setting) = one.split_once(':').unwrap();
        let (key, value) = setting.split_once('=').unwrap();
        let parts = Part::ALL.into_iter().filter(|known| part == "all" || known.name() == part);
        all.extend(parts.map(|part| (part, key, value.to_owned())));
    }
    all
}

/// The first of the known requests for the session that this gateway answers.
async fn request(address: &str, session: &str, asked: Option<&str>) -> Vec<u8> {
    const KNOWN: [&str; 3] = [
        "GET /api/session",
        "GET /api/shiming.identity.v1.SessionService/GetSession",
        "POST /api/shiming.identity.v1.SessionService/GetSession",
    ];
    let mut connection = Connection::open(address).await;
    let browser = browser_cookie(&mut connection, address).await;
    let cookies = format!("shiming_session={session}; shiming_csrf={browser}");
    let token = format!("X-CSRF-Token: {browser}\r\nCookie: {cookies}\r\n");
    let mut answers = Vec::new();
    for line in asked.map_or(KNOWN.to_vec(), |asked| vec![asked]) {
        let request = get(address, line, &token);
        let (status, body) = connection.ask(&request).await;
        if status == 200 {
            return request;
        }
        answers.push(format!("{line}: {status} {}", String::from_utf8_lossy(body)));
    }
    unreachable!("the session can't be had: {answers:#?}")
}

/// What a browser that is known already sends along.
async fn browser_cookie(connection: &mut Connection, address: &str) -> String {
    let answer = connection.ask_whole(&get(address, "GET /api/bootstrap", "")).await;
    let (_, rest) = answer.split_once("shiming_csrf=").unwrap();
    rest.split(';').next().unwrap().to_owned()
}

/// A request with the headers that browsers send.
fn get(address: &str, line: &str, more: &str) -> Vec<u8> {
    let body = if line.starts_with("POST") {
        format!("Origin: http://{address}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}")
    } else {
        "\r\n".to_owned()
    };
    format!(
        "{line} HTTP/1.1\r\nHost: {address}\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36\r\n\
         Accept: application/json\r\nAccept-Language: zh-CN,zh;q=0.9\r\nSec-Fetch-Site: same-origin\r\n{more}{body}"
    )
    .into_bytes()
}

async fn until_up(world: &World, address: &str) {
    until_open(address).await;
    for part in Part::SERVICES {
        until(|| world.operator(part).ask(&["list"]).is_ok()).await;
    }
}

async fn until_open(address: &str) {
    until(|| std::net::TcpStream::connect(address).is_ok()).await;
}

async fn until(holds: impl Fn() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    unreachable!("not up within a minute");
}

fn start(words: &[&str]) -> Server {
    let program = std::env::current_exe().unwrap();
    Server(Command::new(program).args(words).stdin(Stdio::null()).spawn().unwrap())
}

fn beside_this_program() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}
