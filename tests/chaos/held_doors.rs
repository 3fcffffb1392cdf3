//! Senders who are slow, silent, endless or never end, at every route and every streaming RPC, while honest people go on.
//!
//! Routes come from the served OpenAPI document and RPCs from the descriptors, so that new ones are held too. `SHIMING_LOAD_SECONDS` makes it
//! longer. Times are printed, not asserted: what is asserted is that nobody honest is turned away and that the memory stays within bounds.

use std::time::{Duration, Instant};

use prost_reflect::DescriptorPool;
use reqwest::multipart::{Form, Part as FormPart};
use serde_json::json;
use shiming_proto::DESCRIPTOR_SET;
use shiming_proto::options::v1::{CallerKind, MethodPolicy};
use shiming_tests::{Browser, Part, World};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// What the pod of the gateway may have; everything else in this process stays as it was.
const LIMIT_KIB: u64 = 256 * 1024;
/// Where those come from who hold the door; honest people come from elsewhere.
const ATTACKERS: &str = "127.0.0.2:0";
/// Of each kind at each route.
const OF_EACH: usize = 4;
const CONSENT: &str = "/api/shiming.identity.v1.ConsentService/GetConsentText";

#[derive(Clone, Copy)]
enum Sender {
    /// Says nothing at all.
    Silent,
    /// A byte now and then.
    Slow,
    /// Begins, and goes no further.
    NeverEnded,
    /// As much as is taken.
    Endless,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_people_go_on_while_others_hold_every_door() {
    let raised = ["REQUESTS", "CAPTURES"].into_iter().flat_map(|limit| {
        ["PER_ADDRESS", "PER_BROWSER"].map(|whose| format!("SHIMING_GATEWAY__LIMITS__{limit}__{whose}"))
    });
    let raised: Vec<_> = raised.map(|key| (key, "1000000".to_owned())).collect();
    let raised: Vec<_> = raised.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    let mut world = World::embedded(&raised).await;

    let alone = honest_people(&world, seconds() / 3).await;
    let before = resident_kib(world.process(Part::Gateway).id());
    let mut held = JoinSet::new();
    hold_routes(&world, &mut held).await;
    hold_streams(&world, &mut held).await;
    let besieged = honest_people(&world, seconds()).await;
    let grown = resident_kib(world.process(Part::Gateway).id()).saturating_sub(before);
    println!(
        "honest people: p99 {:.1} ms of {} alone, {:.1} ms of {} while {} senders hold the doors; {} MiB more memory",
        p99(&alone),
        alone.len(),
        p99(&besieged),
        besieged.len(),
        held.len(),
        grown / 1024,
    );
    assert!(grown < LIMIT_KIB, "{grown} KiB more");
    held.shutdown().await;
}

#[expect(clippy::disallowed_methods, reason = "how long is the caller's to say, not the configuration's")]
fn seconds() -> Duration {
    let asked = std::env::var("SHIMING_LOAD_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(asked.unwrap_or(6))
}

/// What several people wait for while they read, call and upload; none may be turned away.
async fn honest_people(world: &World, time: Duration) -> Vec<Duration> {
    let mut people = JoinSet::new();
    for _ in 0..3 {
        let browser = world.browser().await;
        people.spawn(async move {
            let (started, mut waits) = (Instant::now(), Vec::new());
            while started.elapsed() < time {
                for act in 0..4 {
                    let asked = Instant::now();
                    let (status, wanted) = match act {
                        0 => (browser.get("/api/bootstrap").await.status, 200),
                        1 => (browser.get("/").await.status, 200),
                        2 => (
                            browser
                                .post(CONSENT, json!({"purpose": "CONSENT_PURPOSE_FACE_VERIFICATION"}))
                                .await
                                .status,
                            200,
                        ),
                        _ => (upload(&browser).await, 404),
                    };
                    assert_eq!(status, wanted, "act {act}");
                    waits.push(asked.elapsed());
                }
            }
            waits
        });
    }
    people.join_all().await.concat()
}

/// To a face session that isn't there: taken in and judged as far as that.
async fn upload(browser: &Browser) -> u16 {
    let form = Form::new().text("captureToken", "x").text("nonce", "x");
    let form = (0..8)
        .fold(form, |form, at| form.part("frame", FormPart::bytes(vec![at; 40_000]).file_name("frame.jpg")));
    browser.upload("/api/face/01890000-0000-7000-8000-000000000001/capture", form).await.status
}

fn p99(waits: &[Duration]) -> f64 {
    let mut sorted = waits.to_vec();
    sorted.sort();
    sorted[sorted.len() * 99 / 100].as_secs_f64() * 1000.0
}

fn resident_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

async fn hold_routes(world: &World, held: &mut JoinSet<()>) {
    let document = world.browser().await.get("/api/openapi.json").await.ok();
    let routes: Vec<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
    assert!(routes.len() > 40, "{}", routes.len());
    for route in routes {
        let is_posted = document["paths"][&route].get("post").is_some();
        let is_form =
            document["paths"][&route]["post"]["requestBody"]["content"].get("multipart/form-data").is_some();
        let path = route.replace("{faceSessionId}", "f").replace("{clip}", "c");
        let browser = world.browser().await;
        for _ in 0..OF_EACH {
            for sender in [Sender::Silent, Sender::Slow, Sender::NeverEnded, Sender::Endless] {
                let start = head(&browser, &path, is_posted, is_form, sender);
                let address = world.origin.replace("http://localhost", "127.0.0.1");
                held.spawn(async move { drop(send(&address, sender, &start).await) });
            }
        }
    }
}

fn head(browser: &Browser, path: &str, is_posted: bool, is_form: bool, sender: Sender) -> Vec<u8> {
    let token = browser.cookie("shiming_csrf").unwrap();
    let kind = if is_form { "multipart/form-data; boundary=b" } else { "application/json" };
    let length = match sender {
        Sender::Endless => "transfer-encoding: chunked",
        _ => "content-length: 60000",
    };
    let verb = if is_posted { "POST" } else { "GET" };
    format!(
        "{verb} {path} HTTP/1.1\r\nhost: localhost\r\ncookie: shiming_csrf={token}; shiming_session=x; shiming_collection=x\r\n\
         x-csrf-token: {token}\r\nidempotency-key: 01890000-0000-7000-8000-000000000001\r\ncontent-type: {kind}\r\n{length}\r\n\r\n"
    )
    .into_bytes()
}

/// Until the other end has enough of it; then it begins anew.
async fn send(address: &str, sender: Sender, head: &[u8]) -> std::io::Result<()> {
    loop {
        let socket = TcpSocket::new_v4()?;
        socket.bind(ATTACKERS.parse().unwrap())?;
        let stream = socket.connect(address.parse().unwrap()).await?;
        drop(hold(stream, sender, head).await);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn hold(mut stream: TcpStream, sender: Sender, head: &[u8]) -> std::io::Result<()> {
    const PIECE: usize = 16 * 1024;
    match sender {
        Sender::Silent => {}
        Sender::Slow | Sender::NeverEnded => stream.write_all(&[head, b"--b"].concat()).await?,
        Sender::Endless => stream.write_all(head).await?,
    }
    let piece = [format!("{PIECE:x}\r\n").as_bytes(), &vec![b'x'; PIECE], b"\r\n"].concat();
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        match sender {
            Sender::Silent | Sender::NeverEnded => {
                let mut rest = [0; 1024];
                if matches!(stream.try_read(&mut rest), Ok(0)) {
                    return Ok(());
                }
            }
            Sender::Slow => stream.write_all(b"x").await?,
            Sender::Endless => stream.write_all(&piece).await?,
        }
    }
}

/// Every RPC whose request is a stream, in the name of whoever may call it.
async fn hold_streams(world: &World, held: &mut JoinSet<()>) {
    let pool = DescriptorPool::decode(DESCRIPTOR_SET).unwrap();
    let option = pool.get_extension_by_name("shiming.options.v1.policy").unwrap();
    let services = pool.services().filter(|service| service.full_name().starts_with("shiming."));
    let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
    let mut count = 0;
    for method in methods.filter(prost_reflect::MethodDescriptor::is_client_streaming) {
        let options = method.options();
        let policy: MethodPolicy =
            options.get_extension(&option).as_message().unwrap().transcode_to().unwrap();
        let caller = match policy.callers().next() {
            Some(CallerKind::Gateway) => "gateway",
            Some(CallerKind::Operator) => "ops:slow",
            other => unreachable!("{}: nobody here may call it: {other:?}", method.full_name()),
        };
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        count += 1;
        for _ in 0..8 * OF_EACH {
            let stream = world.held_stream(&path, caller).await;
            held.spawn(stream);
        }
    }
    assert!(count > 2, "{count}");
}
