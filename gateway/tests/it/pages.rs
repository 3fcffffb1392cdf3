use reqwest::Method;

use crate::world::{Answer, World};

fn is_page(answer: &Answer) -> bool {
    answer.status == 200 && answer.header("content-type") == "text/html; charset=utf-8"
}

#[tokio::test]
async fn every_path_of_the_pages_serves_the_page() {
    let world = World::start().await;
    let mut browser = world.stranger();
    for path in
        ["/", "/collect/face", "/messages/01890000-0000-7000-8000-000000000001", "/step-up?next=%2Fme"]
    {
        let answer = browser.get(path).await;
        assert!(is_page(&answer), "{path}: {}", answer.status);
        assert!(String::from_utf8_lossy(&answer.body).contains("<html"), "{path}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_no_page() {
    let world = World::start().await;
    let mut browser = world.stranger();
    for path in ["/assets/nothing-12345678.js", "/robots.txt", "/assets/x", "/.env", "/api/nothing", "/api"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.refusal(), (404, "METHOD_UNKNOWN".into()), "{path}");
    }
    let post = browser.request(Method::POST, "/collect");
    assert_eq!(browser.send(post).await.refusal(), (405, "METHOD_UNKNOWN".into()));
    let delete = browser.request(Method::DELETE, "/api/codes");
    assert_eq!(browser.send(delete).await.status, 403, "CSRF first");
}

/// Sent raw: clients tidy such paths up before they send them.
#[tokio::test]
async fn no_path_leads_out_of_the_pages() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let world = World::start().await;
    let paths = [
        "/../Cargo.toml",
        "/assets/../../Cargo.toml",
        "/..%2f..%2fCargo.toml",
        "/%2e%2e/%2e%2e/Cargo.toml",
        "//etc/passwd",
        "/assets/..%5c..%5cCargo.toml",
        "/web/dist/../../Cargo.toml",
    ];
    for path in paths {
        let mut stream = tokio::net::TcpStream::connect(&world.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(!answer.contains("[package]") && !answer.contains("root:"), "{path}");
        assert!(answer.starts_with("HTTP/1.1 404") || answer.contains("<html"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn the_page_is_asked_for_again_and_hashed_files_are_not() {
    let world = World::start().await;
    let mut browser = world.stranger();
    let page = browser.get("/").await;
    if !page.headers.contains_key("etag") {
        // The pages are not built here; what stands for them says so.
        assert!(String::from_utf8_lossy(&page.body).contains("页面尚未构建"));
        return;
    }
    assert_eq!(page.header("cache-control"), "no-cache");
    browser.headers.push(("if-none-match", page.header("etag").to_owned()));
    let again = browser.get("/").await;
    assert_eq!((again.status, again.body.len()), (304, 0));

    let html = String::from_utf8(page.body).unwrap();
    let script =
        html.split('"').find(|part| part.starts_with("/assets/index-") && !part.contains(".css")).unwrap();
    let mut browser = world.stranger();
    let plain = browser.get(script).await;
    assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(plain.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    browser.headers.push(("accept-encoding", "gzip, deflate, br".into()));
    let small = browser.get(script).await;
    assert_eq!(small.header("content-encoding"), "br");
    assert!(small.body.len() * 2 < plain.body.len(), "{} of {}", small.body.len(), plain.body.len());
    assert_ne!(small.header("etag"), plain.header("etag"));
    let mut browser = world.stranger();
    browser.headers.push(("accept-encoding", "br;q=0, gzip".into()));
    let gzip = browser.get(script).await;
    assert_eq!((gzip.header("content-encoding"), &gzip.body[..2]), ("gzip", &b"\x1f\x8b"[..]));
}
