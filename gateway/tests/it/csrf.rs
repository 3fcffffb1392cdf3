use reqwest::{Method, RequestBuilder};
use serde_json::json;
use shiming_proto::identity::v1::{SendLoginCodeRequest, SendLoginCodeResponse};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::{Browser, World, length};

const PATH: &str = "/api/shiming.identity.v1.LoginService/SendLoginCode";

async fn open() -> (World, Browser) {
    let world = World::with(|config| config.captcha.free_login_codes_per_browser = 1000).await;
    let sent = SendLoginCodeResponse { lifetime: length(300), resend_after: length(60) };
    world.script.answer::<SendLoginCodeRequest, _>(sent);
    let browser = world.browser().await;
    (world, browser)
}

fn form(request: RequestBuilder) -> RequestBuilder {
    let body = json!({"document": {"number": "1"}, "mobile": "1"});
    request
        .header("content-type", "application/json")
        .header("idempotency-key", "01890000-0000-7000-8000-000000000001")
        .body(body.to_string())
}

async fn refused(browser: &mut Browser, request: RequestBuilder) -> bool {
    let answer = browser.send(form(request)).await;
    if answer.status == 200 {
        return false;
    }
    assert_eq!(answer.refusal(), (403, "CSRF_REFUSED".into()));
    true
}

#[tokio::test]
async fn the_token_must_come_back_in_the_header() {
    let (world, mut browser) = open().await;
    let token = browser.cookies["shiming_csrf"].clone();
    let bare = |browser: &Browser| browser.request(Method::POST, PATH);
    let request = bare(&browser).header("x-csrf-token", &token);
    assert!(!refused(&mut browser, request).await);
    let request = bare(&browser);
    assert!(refused(&mut browser, request).await, "missing");
    let request = bare(&browser).header("x-csrf-token", "wrong");
    assert!(refused(&mut browser, request).await, "wrong");
    let other = world.browser().await.cookies["shiming_csrf"].clone();
    let request = bare(&browser).header("x-csrf-token", other);
    assert!(refused(&mut browser, request).await, "another browser's");

    // An attacker who can plant a cookie repeats it in the header, but can't make one up.
    browser.cookies.insert("shiming_csrf".into(), "a.b".into());
    let request = bare(&browser).header("x-csrf-token", "a.b");
    assert!(refused(&mut browser, request).await, "made up");
    browser.cookies.clear();
    let request = bare(&browser).header("x-csrf-token", &token);
    assert!(refused(&mut browser, request).await, "no cookie");
    assert_eq!(world.script.seen::<SendLoginCodeRequest>().len(), 1);
}

#[tokio::test]
async fn who_is_refused_before_the_body_came_hears_it_and_stays_connected() {
    let world = World::start().await;
    let mut stream = TcpStream::connect(&world.address).await.unwrap();
    let ask = format!("POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n");
    for _ in 0..3 {
        stream.write_all(ask.as_bytes()).await.unwrap();
        let answer = answer(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("CSRF_REFUSED"), "{answer}");
        // The answer is here; only now does the body come.
        stream.write_all(&vec![b'x'; 20_000]).await.unwrap();
    }
}

/// One answer with its body.
async fn answer(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let length = stream.read(&mut chunk).await.unwrap();
        assert!(length > 0, "closed after {}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() >= announced.parse().unwrap() {
            return text;
        }
    }
}

#[tokio::test]
async fn strange_origins_are_refused_even_with_the_token() {
    let (world, mut browser) = open().await;
    let port = world.address.rsplit(':').next().unwrap().to_owned();
    let token = browser.cookies["shiming_csrf"].clone();
    browser.origin = None;
    let with = |browser: &Browser, headers: &[(&'static str, &str)]| {
        let request = browser.request(Method::POST, PATH).header("x-csrf-token", &token);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    let own = [format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")];
    for origin in &own {
        let request = with(&browser, &[("origin", origin)]);
        assert!(!refused(&mut browser, request).await, "{origin}");
    }
    let strange = [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        format!("https://localhost:{port}"),
        "http://localhost:1".to_owned(),
        format!("http://localhost.evil.example:{port}"),
        format!("http://evil.example:{port}"),
        String::new(),
    ];
    for origin in &strange {
        let request = with(&browser, &[("origin", origin)]);
        assert!(refused(&mut browser, request).await, "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        let request = with(&browser, &[("origin", &own[0]), ("sec-fetch-site", site)]);
        assert!(refused(&mut browser, request).await, "{site}");
    }
    let request = with(&browser, &[]);
    assert!(!refused(&mut browser, request).await, "a program without an origin has the token to show");
}

#[tokio::test]
async fn a_request_must_have_a_name() {
    let (_world, mut browser) = open().await;
    let token = browser.cookies["shiming_csrf"].clone();
    for key in
        [None, Some(""), Some("1"), Some("018900000000700080000000000000aa"), Some("640101199003070015")]
    {
        let mut request = browser
            .request(Method::POST, PATH)
            .header("x-csrf-token", &token)
            .header("content-type", "application/json")
            .body("{}");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = browser.send(request).await;
        assert_eq!(answer.refusal(), (400, "INVALID_FIELD".into()));
        assert_eq!(answer.json()["violations"][0]["field"], "requestId");
    }
}

#[tokio::test]
async fn reading_needs_no_token() {
    let (world, _) = open().await;
    assert_eq!(world.stranger().get("/api/codes").await.status, 200);
}
