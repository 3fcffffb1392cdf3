//! Nobody can hold the door: slow, silent and endless senders get their own share, and the others go on.

use std::time::Duration;

use serde_json::json;
use shiming_gateway::Config;
use shiming_proto::face::v1::{CaptureHeader, SubmitCaptureResponse};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tower::{Service as _, ServiceExt as _};

use crate::world::{Browser, Capture, Form, World, time};

const CALL: &str = "/api/shiming.identity.v1.LoginService/LogIn";
const PROFILE: &str = "/api/shiming.identity.v1.PersonService/GetProfile";
const CAPTURE: &str = "/api/face/f-1/capture";
/// What stands behind the gateway here knows none of the methods.
const AT_THE_SERVICE: u16 = 501;
/// Where others come from.
const ELSEWHERE: &str = "127.0.0.2:0";

/// Patience that no test outlasts, unless it says so.
fn patient(config: &mut Config) {
    config.http.patience = Duration::from_mins(1).into();
    config.http.request_timeout = Duration::from_mins(2).into();
    config.http.upload_timeout = Duration::from_mins(2).into();
}

/// A peer that sends what it likes.
struct Peer(TcpStream);

impl Peer {
    async fn connect(world: &World) -> Self {
        Self(TcpStream::connect(&world.address).await.unwrap())
    }

    async fn from(world: &World, address: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(address.parse().unwrap()).unwrap();
        Self(socket.connect(world.address.parse().unwrap()).await.unwrap())
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// The head of a page's POST; its body is announced and doesn't come.
    async fn announce(&mut self, browser: &Browser, path: &str, rest: &str) {
        let token = &browser.cookies["shiming_csrf"];
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\norigin: {}\r\ncookie: shiming_csrf={token}; shiming_session=x\r\n\
             x-csrf-token: {token}\r\nidempotency-key: 01890000-0000-7000-8000-000000000001\r\n{rest}\r\n\r\n",
            browser.origin.as_deref().unwrap()
        );
        self.send(head.as_bytes()).await;
    }

    /// The head alone, of which the server says when it waits for the body.
    async fn hold(&mut self, browser: &Browser, path: &str, kind: &str) -> String {
        let rest = format!("content-type: {kind}\r\ncontent-length: 60000\r\nexpect: 100-continue");
        self.announce(browser, path, &rest).await;
        self.head().await
    }

    /// The head of the next answer.
    async fn head(&mut self) -> String {
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            let byte =
                tokio::time::timeout(Duration::from_secs(30), self.0.read_u8()).await.expect("answers");
            let Ok(byte) = byte else { break };
            read.push(byte);
        }
        String::from_utf8(read).unwrap()
    }

    /// A whole answer whose length is announced.
    async fn answer(&mut self) -> (String, String) {
        let head = self.head().await;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.unwrap_or("0").parse().unwrap()];
        self.0.read_exact(&mut body).await.unwrap();
        (head, String::from_utf8(body).unwrap())
    }
}

#[tokio::test]
async fn who_is_waited_for_takes_no_place_of_those_who_are_answered() {
    let world = World::with(|config| {
        patient(config);
        config.http.concurrency_limit = 4;
    })
    .await;
    let mut honest = world.signed_in().await;
    let mut slow = Vec::new();
    for _ in 0..12 {
        let mut peer = Peer::connect(&world).await;
        assert!(peer.hold(&honest, CALL, "application/json").await.starts_with("HTTP/1.1 100"));
        slow.push(peer);
    }
    for _ in 0..2 {
        let mut peer = Peer::connect(&world).await;
        let kind = Form::content_type();
        assert!(peer.hold(&honest, CAPTURE, &kind).await.starts_with("HTTP/1.1 100"));
        slow.push(peer);
    }
    for _ in 0..5 {
        assert_eq!(honest.post(PROFILE, json!({})).await.status, AT_THE_SERVICE);
        assert_eq!(honest.get("/api/codes").await.status, 200);
    }
}

#[tokio::test]
async fn an_address_has_its_share_of_the_waiting_and_others_have_theirs() {
    let world = World::with(|config| {
        patient(config);
        config.http.waiting_limit = 8;
    })
    .await;
    let browser = world.browser().await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut peer = Peer::connect(&world).await;
        assert!(peer.hold(&browser, CALL, "application/json").await.starts_with("HTTP/1.1 100"));
        held.push(peer);
    }
    let mut third = Peer::connect(&world).await;
    let mut answer = third.hold(&browser, CALL, "application/json").await;
    if answer.starts_with("HTTP/1.1 100") {
        answer = third.head().await;
    }
    assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
    let mut other = Peer::from(&world, ELSEWHERE).await;
    assert!(other.hold(&browser, CALL, "application/json").await.starts_with("HTTP/1.1 100"));
    // What comes with its head is not waited for.
    let mut browser = browser;
    assert_eq!(browser.post(CALL, json!({})).await.status, AT_THE_SERVICE);
}

#[tokio::test]
async fn slow_bodies_are_408_and_their_connections_closed() {
    let world = World::with(|config| config.http.patience = Duration::from_millis(300).into()).await;
    let browser = world.browser().await;
    for (path, kind) in [(CALL, "application/json".to_owned()), (CAPTURE, Form::content_type())] {
        let mut peer = Peer::connect(&world).await;
        peer.announce(&browser, path, &format!("content-type: {kind}\r\ncontent-length: 60000")).await;
        peer.send(b"  ").await;
        let (head, body) = peer.answer().await;
        assert!(head.starts_with("HTTP/1.1 408"), "{head}");
        assert!(head.contains("connection: close"), "{head}");
        assert!(body.contains("DEADLINE_EXCEEDED"), "{body}");
    }
}

#[tokio::test]
async fn a_browser_has_few_uploads_at_once() {
    let world = World::with(patient).await;
    world.script.answer::<CaptureHeader, ()>(());
    let passed = SubmitCaptureResponse { face_session_id: "f-1".into(), result_expire_time: time(300) };
    world.script.answer::<Capture, _>(passed);
    let mut browser = world.browser().await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut peer = Peer::connect(&world).await;
        assert!(peer.hold(&browser, CAPTURE, &Form::content_type()).await.starts_with("HTTP/1.1 100"));
        held.push(peer);
    }
    let form = || Form::new().text("captureToken", "c").text("nonce", "n").file("frame", b"one");
    let answer = browser.upload(CAPTURE, form()).await;
    assert_eq!(answer.refusal(), (429, "OVERLOADED".into()));
    assert_eq!(answer.header("retry-after"), "1");
    let mut other = world.browser().await;
    assert_eq!(other.upload(CAPTURE, form()).await.status, 200);
}

#[tokio::test]
async fn uploads_take_memory_for_what_has_come() {
    let world = World::with(|config| {
        patient(config);
        config.http.upload_memory = 4 * 1024 * 1024;
    })
    .await;
    world.script.answer::<CaptureHeader, ()>(());
    let passed = SubmitCaptureResponse { face_session_id: "f-1".into(), result_expire_time: time(300) };
    world.script.answer::<Capture, _>(passed);
    let mut browser = world.browser().await;
    let form = |size: usize, count: usize| {
        let form = Form::new().text("captureToken", "c").text("nonce", "n");
        (0..count).fold(form, |form, _| form.file("frame", &vec![7; size]))
    };
    let large = browser.upload(CAPTURE, form(2 * 1024 * 1024, 1)).await;
    assert_eq!(large.refusal(), (429, "OVERLOADED".into()));
    assert_eq!(
        browser.upload(CAPTURE, form(400_000, 10)).await.status,
        200,
        "what is handed on is given back"
    );
}

/// However the form is cut: what never becomes a part is not kept.
#[tokio::test]
async fn what_is_no_part_of_a_form_is_cut_off() {
    let world = World::with(patient).await;
    let browser = world.browser().await;
    let preamble = vec![b'x'; 64 * 1024];
    let never_ending_head = [&b"------shiming-test-boundary\r\nX-Y: "[..], &vec![b'y'; 64 * 1024]].concat();
    for piece in [preamble, never_ending_head] {
        let mut peer = Peer::connect(&world).await;
        let kind = Form::content_type();
        peer.announce(&browser, CAPTURE, &format!("content-type: {kind}\r\ntransfer-encoding: chunked"))
            .await;
        let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), &piece, b"\r\n"].concat();
        let (mut reader, mut writer) = peer.0.split();
        let mut answer = [0; 12];
        let sending = async {
            let mut sent = 0_u32;
            while sent < 400 && writer.write_all(&chunk).await.is_ok() {
                sent += 1;
            }
            sent
        };
        let (sent, read) = tokio::join!(sending, reader.read_exact(&mut answer));
        read.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer == "HTTP/1.1 413" || (sent < 400 && answer == "HTTP/1.1 400"), "{answer} {sent}");
    }
}

/// Head and body apart, as many programs send them.
#[tokio::test]
async fn an_early_refusal_leaves_the_connection_usable() {
    let world = World::start().await;
    let mut peer = Peer::connect(&world).await;
    for _ in 0..100 {
        let head = format!(
            "POST {CALL} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n"
        );
        peer.send(head.as_bytes()).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        peer.send(&[b' '; 20]).await;
        let (head, _) = peer.answer().await;
        assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    }
}

#[tokio::test]
async fn an_address_has_its_share_of_the_connections() {
    let world = World::with(|config| config.http.connection_limit = 16).await;
    let mut held = [Peer::connect(&world).await, Peer::connect(&world).await];
    let mut third = Peer::connect(&world).await;
    assert_eq!(third.0.read(&mut [0; 1]).await.unwrap_or(0), 0, "closed");
    let mut other = Peer::from(&world, ELSEWHERE).await;
    for peer in held.iter_mut().chain([&mut other]) {
        peer.send(b"GET /api/codes HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        assert!(peer.head().await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_request_names_one_host() {
    let world = World::start().await;
    for (hosts, status) in [
        ("", "400"),
        ("host: localhost\r\nhost: localhost\r\n", "400"),
        ("host: a/b\r\n", "400"),
        ("host: a@b\r\n", "400"),
        ("host:\r\n", "400"),
        ("host: localhost:80\r\n", "200"),
        ("Host: [::1]:80\r\n", "200"),
    ] {
        for path in ["/", "/api/codes"] {
            let mut peer = Peer::connect(&world).await;
            peer.send(format!("GET {path} HTTP/1.1\r\n{hosts}\r\n").as_bytes()).await;
            let head = peer.head().await;
            assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{hosts:?} {path}: {head}");
        }
    }
}

/// Browsers that speak HTTP/2 name the host in `:authority` alone.
#[tokio::test]
async fn http_2_names_its_host_in_the_authority() {
    let world = World::start().await;
    let browser = world.browser().await;
    let token = &browser.cookies["shiming_csrf"];
    // As the loopback's other name, of which only the host can say that it is ours.
    let origin = format!("http://{}", world.address);
    let mut channel =
        tonic::transport::Endpoint::from_shared(origin.clone()).unwrap().connect().await.unwrap();
    for (from, status) in [(origin.as_str(), 400), ("http://127.0.0.1:1", 403)] {
        let request = http::Request::post(CALL)
            .header("origin", from)
            .header("cookie", format!("shiming_csrf={token}"))
            .header("x-csrf-token", token)
            .header("content-type", "application/json")
            .body(tonic::body::Body::new("{}".to_owned()))
            .unwrap();
        let answer = channel.ready().await.unwrap().call(request).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.version()), (status, http::Version::HTTP_2), "{from}");
    }
}
