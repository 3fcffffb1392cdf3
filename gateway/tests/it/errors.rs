use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::{GetSessionRequest, GetSessionResponse};
use tonic::Status;

use crate::world::{World, refusal};

#[tokio::test]
async fn every_kind_has_its_status() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    let cases = [
        (ErrorKind::InvalidArgument, 400),
        (ErrorKind::Unauthenticated, 401),
        (ErrorKind::PermissionDenied, 403),
        (ErrorKind::NotFound, 404),
        (ErrorKind::AlreadyExists, 409),
        (ErrorKind::FailedPrecondition, 422),
        (ErrorKind::Aborted, 409),
        (ErrorKind::ResourceExhausted, 429),
        (ErrorKind::DeadlineExceeded, 504),
        (ErrorKind::Unavailable, 503),
        (ErrorKind::Unimplemented, 501),
        (ErrorKind::Internal, 500),
    ];
    assert_eq!(cases.len(), ErrorKind::ALL.len());
    for (kind, status) in cases {
        world.script.refuse::<GetSessionRequest, GetSessionResponse>(refusal(kind, "SOMETHING_NEW"));
        let answer = browser.get("/api/session").await;
        assert_eq!(answer.refusal(), (status, "SOMETHING_NEW".into()), "a reason of a newer service is kept");
    }
}

#[tokio::test]
async fn what_a_service_says_in_english_is_not_shown() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    let raw = Status::internal("index out of bounds: the len is 3");
    world.script.refuse::<GetSessionRequest, GetSessionResponse>(raw);
    let answer = browser.get("/api/session").await;
    assert_eq!(answer.refusal(), (500, "INTERNAL".into()));
    assert!(!String::from_utf8_lossy(&answer.body).contains("index"));
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unavailable() {
    let world = World::with(|config| {
        config.peers.identity = shiming_runtime::config::PeerConfig::plaintext("http://127.0.0.1:1");
    })
    .await;
    let mut browser = world.signed_in().await;
    assert_eq!(browser.get("/api/session").await.refusal(), (503, "UNAVAILABLE".into()));
    assert_eq!(browser.get("/api/codes").await.status, 200, "what needs no service goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_service_that_never_answers_costs_no_more_than_the_request_may_take() {
    let world = World::with(|config| {
        config.http.request_timeout = std::time::Duration::from_millis(200).into();
    })
    .await;
    let (release, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    world.script.on::<GetSessionRequest, GetSessionResponse>(move |_| {
        // The stand-in waits, on a thread that nobody else needs; the gateway must not.
        let patience = std::time::Duration::from_secs(10);
        let _ = tokio::task::block_in_place(|| gate.lock().unwrap().recv_timeout(patience));
        Ok(GetSessionResponse { session: None })
    });
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/session").await;
    assert_eq!(answer.refusal(), (504, "DEADLINE_EXCEEDED".into()));
    drop(release);
}

#[tokio::test]
async fn bodies_are_json_and_of_reasonable_size() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    let long = json!({"decision": "APPROVE", "etag": "x".repeat(70_000)});
    let answer = browser.post("/api/applications/b-1/decide", long).await;
    assert_eq!(answer.refusal(), (413, "REQUEST_TOO_LARGE".into()));
    for (kind, body, status) in
        [("text/plain", "{}", 415), ("application/json", "{", 400), ("application/json", "", 400)]
    {
        let request = browser.page_request("/api/applications/b-1/decide").header("content-type", kind);
        let answer = browser.send(request.body(body)).await;
        assert_eq!(answer.refusal(), (status, "INVALID_FIELD".into()), "{kind} {body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn one_more_than_fits_is_turned_away() {
    let world = World::with(|config| config.http.concurrency_limit = 1).await;
    let (entered, mut wait) = tokio::sync::mpsc::channel(1);
    let (release, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let mut browser = world.signed_in().await;
    let mut other = world.stranger();
    world.script.on::<GetSessionRequest, GetSessionResponse>(move |_| {
        entered.try_send(()).unwrap();
        // Said to the runtime, so that what waits behind this worker goes to another.
        tokio::task::block_in_place(|| {
            let _ = gate.lock().unwrap().recv_timeout(std::time::Duration::from_secs(10));
        });
        Ok(GetSessionResponse { session: None })
    });
    let slow = browser.get("/api/session");
    let turned_away = async {
        wait.recv().await.unwrap();
        let answer = other.get("/api/codes").await;
        drop(release);
        answer
    };
    let (slow, answer) = tokio::join!(slow, turned_away);
    assert_eq!(answer.refusal(), (429, "OVERLOADED".into()));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(slow.status, 500, "an answer without a session");
    assert_eq!(other.get("/api/codes").await.status, 200);
}
