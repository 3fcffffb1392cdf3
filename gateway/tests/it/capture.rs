use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::submit_capture_request::Part;
use shiming_proto::face::v1::{CaptureFrame, CaptureHeader, SubmitCaptureResponse};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::{Browser, Capture, Form, World, refusal, refusal_with, time};

const PATH: &str = "/api/face/f-1/capture";

async fn willing() -> (World, Browser) {
    let world = World::start().await;
    world.script.answer::<CaptureHeader, ()>(());
    let passed = SubmitCaptureResponse { face_session_id: "f-1".into(), result_expire_time: time(300) };
    world.script.answer::<Capture, _>(passed);
    let browser = world.browser().await;
    (world, browser)
}

fn form() -> Form {
    Form::new().text("captureToken", "c-1").text("nonce", "n-1")
}

#[tokio::test]
async fn frames_arrive_in_order_with_their_times_and_steps() {
    let (world, mut browser) = willing().await;
    let large = vec![7; 3 * 1024 * 1024];
    let form = form().text("offsetsMs", "[0, 1250.4]").text("steps", "[0, 2]");
    let form = form.file("frame", b"one").file("frame", &large);
    let answer = browser.upload(PATH, form).await;
    assert_eq!(answer.ok(), json!({"faceSessionId": "f-1", "resultExpireTime": "2026-11-01T08:05:00Z"}));
    let (_, Capture(messages)) = world.script.only::<Capture>();
    let parts: Vec<_> = messages.into_iter().map(|message| message.part.unwrap()).collect();
    let header =
        CaptureHeader { face_session_id: "f-1".into(), capture_token: "c-1".into(), nonce: "n-1".into() };
    let offset = |seconds, nanos| Some(prost_types::Duration { seconds, nanos });
    let frame = |image: &[u8], capture_offset, step| {
        Part::Frame(CaptureFrame { image: bytes::Bytes::copy_from_slice(image), capture_offset, step })
    };
    assert_eq!(parts.len(), 3);
    assert!(parts[0] == Part::Header(header));
    assert!(parts[1] == frame(b"one", offset(0, 0), 0));
    assert!(parts[2] == frame(&large, offset(1, 250_000_000), 2));
}

/// What the numbers mean is the engine's to judge.
#[tokio::test]
async fn offsets_and_steps_may_be_missing_late_or_odd() {
    let (world, mut browser) = willing().await;
    let late = form().file("frame", b"one").text("offsetsMs", "[0]").text("steps", "[1]");
    assert_eq!(browser.upload(PATH, late).await.status, 200);
    let (_, Capture(messages)) = world.script.only::<Capture>();
    let Some(Part::Frame(frame)) = &messages[1].part else { panic!("a frame") };
    assert_eq!((frame.capture_offset, frame.step), (None, 0));

    let odd = form().text("offsetsMs", "[900, 900]").text("steps", "[7, -1]");
    let odd = odd.file("frame", b"one").file("frame", b"two");
    assert_eq!(browser.upload(PATH, odd).await.status, 200);
    let (_, Capture(messages)) = world.script.seen::<Capture>().remove(1);
    let frames = messages.iter().filter_map(|message| match &message.part {
        Some(Part::Frame(frame)) => Some((frame.capture_offset.unwrap().nanos, frame.step)),
        _ => None,
    });
    assert_eq!(frames.collect::<Vec<_>>(), [(900_000_000, 7), (900_000_000, -1)]);
}

#[tokio::test]
async fn a_long_capture_of_forty_frames_is_handed_on() {
    let (world, mut browser) = willing().await;
    let numbers = |of: fn(u32) -> u32| serde_json::to_string(&(0..40).map(of).collect::<Vec<_>>()).unwrap();
    let long = form().text("offsetsMs", &numbers(|at| at * 200)).text("steps", &numbers(|at| at / 8));
    let long = (0..40).fold(long, |form, _| form.file("frame", &vec![7; 60_000]));
    assert_eq!(browser.upload(PATH, long).await.status, 200);
    assert_eq!(world.script.only::<Capture>().1.0.len(), 41);
}

#[tokio::test]
async fn a_wrong_form_is_refused_and_never_judged() {
    let (world, mut browser) = willing().await;
    let many = (0..41).fold(form(), |form, _| form.file("frame", b"x"));
    let wrong = [
        (Form::new().file("frame", b"x"), "captureToken"),
        (Form::new(), "captureToken"),
        (Form::new().text("nonce", "n-1").text("captureToken", "c-1").file("frame", b"x"), "captureToken"),
        (Form::new().text("captureToken", "c-1").file("frame", b"x"), "nonce"),
        (Form::new().text("captureToken", "c-1"), "nonce"),
        (form(), "frame"),
        (form().text("offsetsMs", "[0,").file("frame", b"x"), "offsetsMs"),
        (form().text("offsetsMs", "[-1]").file("frame", b"x"), "offsetsMs"),
        (form().text("offsetsMs", "[1e99]").file("frame", b"x"), "offsetsMs"),
        (form().text("steps", "[0,").file("frame", b"x"), "steps"),
        (form().text("steps", "[0.5]").file("frame", b"x"), "steps"),
        (form().text("steps", "[99999999999]").file("frame", b"x"), "steps"),
        (form().text("steps", "\"0\"").file("frame", b"x"), "steps"),
        (many, "frame"),
    ];
    for (form, field) in wrong {
        let answer = browser.upload(PATH, form).await;
        assert_eq!(answer.refusal(), (400, "INVALID_FIELD".into()));
        assert_eq!(answer.json()["violations"][0]["field"], field);
    }
    let json = browser.post(PATH, json!({})).await;
    assert_eq!(json.refusal(), (400, "INVALID_FIELD".into()));
    assert!(world.script.seen::<Capture>().is_empty());
}

#[tokio::test]
async fn a_broken_upload_is_not_a_short_capture() {
    let (world, mut browser) = willing().await;
    let form = form().file("frame", b"one").file("frame", b"two");
    let request = browser.page_request(PATH).header("content-type", Form::content_type());
    let answer = browser.send(request.body(form.broken_off())).await;
    assert_eq!(answer.refusal(), (400, "INVALID_FIELD".into()));
    assert!(world.script.seen::<Capture>().is_empty());
}

/// The connection breaks in the middle of the second frame.
#[tokio::test]
async fn a_browser_that_goes_away_leaves_no_short_capture() {
    let (world, browser) = willing().await;
    let (announce, mut arrived) = tokio::sync::mpsc::channel(1);
    world.script.on::<CaptureHeader, ()>(move |_| {
        announce.try_send(()).unwrap();
        Ok(())
    });
    let start = form().file("frame", b"one").file("frame", b"two").broken_off();
    let token = &browser.cookies["shiming_csrf"];
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: localhost\r\norigin: {}\r\ncookie: shiming_csrf={token}\r\nx-csrf-token: {token}\r\n\
         idempotency-key: 01890000-0000-7000-8000-000000000001\r\ncontent-type: {}\r\ncontent-length: 100000\r\n\r\n",
        world.origin,
        Form::content_type(),
    );
    let mut stream = TcpStream::connect(&world.address).await.unwrap();
    stream.write_all(&[head.as_bytes(), &start].concat()).await.unwrap();
    arrived.recv().await.unwrap();
    drop(stream);
    // What runs in the background ends before the process does.
    world.shutdown.begin();
    world.shutdown.finish(Duration::ZERO, Duration::from_secs(2)).await;
    assert!(world.script.seen::<Capture>().is_empty());
}

#[tokio::test]
async fn too_large_is_said_and_not_read_to_the_end() {
    let (world, mut browser) = willing().await;
    let one_frame = form().file("frame", &vec![0; 8 * 1024 * 1024 + 1]);
    assert_eq!(browser.upload(PATH, one_frame).await.refusal(), (413, "REQUEST_TOO_LARGE".into()));
    let announced = form().file("frame", &vec![0; 50_000_000]);
    assert_eq!(browser.upload(PATH, announced).await.refusal(), (413, "REQUEST_TOO_LARGE".into()));
    let all_together = (0..4).fold(form(), |form, _| form.file("frame", &vec![0; 7 * 1024 * 1024]));
    assert_eq!(browser.upload(PATH, all_together).await.refusal(), (413, "REQUEST_TOO_LARGE".into()));
    assert!(world.script.seen::<Capture>().is_empty());
}

/// Without an announced length only counting helps.
#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let (world, browser) = willing().await;
    let form = form();
    let token = &browser.cookies["shiming_csrf"];
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: localhost\r\norigin: {}\r\ncookie: shiming_csrf={token}\r\nx-csrf-token: {token}\r\n\
         idempotency-key: 01890000-0000-7000-8000-000000000001\r\ncontent-type: {}\r\ntransfer-encoding: chunked\r\n\r\n",
        world.origin,
        Form::content_type(),
    );
    let mut start = form.file("frame", b"").broken_off();
    start.truncate(start.len() - 2);
    let stream = TcpStream::connect(&world.address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let chunk = [&b"100000\r\n"[..], &vec![0; 0x10_0000], b"\r\n"].concat();
    let send = async {
        let head = [head.as_bytes(), format!("{:x}\r\n", start.len()).as_bytes(), &start, b"\r\n"].concat();
        writer.write_all(&head).await.unwrap();
        let mut sent = 0_u32;
        while sent < 200 && writer.write_all(&chunk).await.is_ok() {
            sent += 1;
        }
        sent
    };
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), reader.read_to_end(&mut answer));
    // A connection that is reset after the answer is no failure.
    let (chunks, read) = tokio::join!(send, read);
    drop(read.expect("ends"));
    assert!(chunks < 100, "the sender was stopped");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn refusals_of_the_engine_reach_the_page_whole() {
    let (world, mut browser) = willing().await;
    let quality = [("fault", "TOO_DARK")];
    let dark = refusal_with(ErrorKind::FailedPrecondition, "CAPTURE_QUALITY", &quality, None);
    world.script.refuse::<Capture, SubmitCaptureResponse>(dark);
    let answer = browser.upload(PATH, form().file("frame", b"x")).await;
    assert_eq!(answer.refusal(), (422, "CAPTURE_QUALITY".into()));
    assert_eq!(answer.json()["metadata"], json!({"fault": "TOO_DARK"}));
    assert_eq!(answer.json()["detail"], "服务给出的说明");

    let left = [("attempts_left", "3")];
    let other = refusal_with(ErrorKind::Unauthenticated, "FACE_NOT_SAME", &left, None);
    world.script.refuse::<Capture, SubmitCaptureResponse>(other);
    browser.cookies.insert("shiming_session".into(), "abc".into());
    let answer = browser.upload(PATH, form().file("frame", b"x")).await;
    assert_eq!(answer.refusal(), (401, "FACE_NOT_SAME".into()));
    assert_eq!(answer.json()["metadata"], json!({"attempts_left": "3"}));
    assert!(browser.cookies.contains_key("shiming_session"), "a strange face ends no session");
}

/// The engine refuses on the header; the browser is still sending.
#[tokio::test]
async fn an_early_refusal_is_heard_by_who_is_still_sending() {
    let (world, mut browser) = willing().await;
    let unknown = refusal(ErrorKind::NotFound, "FACE_SESSION_NOT_FOUND");
    world.script.refuse::<CaptureHeader, ()>(unknown);
    let form = (0..6).fold(form(), |form, _| form.file("frame", &vec![0; 3 * 1024 * 1024]));
    let answer = browser.upload(PATH, form).await;
    assert_eq!(answer.refusal(), (404, "FACE_SESSION_NOT_FOUND".into()));
}

fn noise() -> impl Strategy<Value = Vec<u8>> {
    let boundary = "------shiming-test-boundary";
    let piece = prop_oneof![
        Just(format!("{boundary}\r\n").into_bytes()),
        Just(format!("{boundary}--\r\n").into_bytes()),
        Just(b"Content-Disposition: form-data; name=\"captureToken\"\r\n\r\n".to_vec()),
        Just(b"Content-Disposition: form-data; name=\"nonce\"\r\n\r\n".to_vec()),
        Just(b"Content-Disposition: form-data; name=\"steps\"\r\n\r\n".to_vec()),
        Just(b"Content-Disposition: form-data; name=\"frame\"; filename=\"\xff\"\r\n\r\n".to_vec()),
        Just(b"Content-Disposition: form-data\r\n".to_vec()),
        Just(b"\r\n".to_vec()),
        prop::collection::vec(any::<u8>(), 0..80),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

/// Whatever strangers send is the stranger's fault.
#[test]
fn no_body_is_our_fault() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (_world, browser) = runtime.block_on(async {
        let world = World::with(|config| config.limits.captures.per_browser = 10_000).await;
        world.script.answer::<CaptureHeader, ()>(());
        let passed = SubmitCaptureResponse { face_session_id: "f".into(), result_expire_time: time(300) };
        world.script.answer::<Capture, _>(passed);
        let browser = world.browser().await;
        (world, browser)
    });
    let browser = std::cell::RefCell::new(browser);
    proptest!(ProptestConfig::with_cases(96), |(body in noise())| {
        let mut browser = browser.borrow_mut();
        let request = browser.page_request(PATH).header("content-type", Form::content_type());
        let answer = runtime.block_on(browser.send(request.body(body)));
        prop_assert!(matches!(answer.status, 200 | 400 | 413), "{}", answer.status);
    });
}
