//! The Connect protocol, as its specification has it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use prost::Message as _;
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::{
    ClientDescription, GetSessionRequest, GetSessionResponse, ListConsentsRequest, ListConsentsResponse,
    LogInRequest, LogInResponse,
};

use crate::login::session;
use crate::world::{Answer, Browser, TOKEN, World, field_refusal, refusal};

const SESSION: &str = "/api/shiming.identity.v1.SessionService/GetSession";
const LOG_IN: &str = "/api/shiming.identity.v1.LoginService/LogIn";
const CONSENTS: &str = "/api/shiming.identity.v1.ConsentService/ListConsents";

fn call(browser: &Browser, path: &str, kind: &str) -> RequestBuilder {
    browser.page_request(path).header("connect-protocol-version", "1").header("content-type", kind)
}

fn code(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), "application/json");
    (answer.status, answer.json()["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_call_in_json_is_answered_in_json() {
    let world = World::start().await;
    world.script.answer::<GetSessionRequest, _>(GetSessionResponse { session: Some(session()) });
    let mut browser = world.signed_in().await;
    let request = call(&browser, SESSION, "application/json").header("connect-timeout-ms", "5000").body("{}");
    let answer = browser.send(request).await;
    assert_eq!(answer.ok()["session"]["nameMasked"], "张*");
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_call_in_protobuf_is_answered_in_protobuf_without_the_secret() {
    let world = World::start().await;
    let opened = LogInResponse { session_token: TOKEN.into(), session: Some(session()) };
    world.script.answer::<LogInRequest, _>(opened);
    let mut browser = world.browser().await;
    let ask = LogInRequest { code: "123456".into(), ..Default::default() };
    let request = call(&browser, LOG_IN, "application/proto").body(ask.encode_to_vec());
    let answer = browser.send(request).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/proto"));
    let read = LogInResponse::decode(answer.body.as_slice()).unwrap();
    assert_eq!((read.session, read.session_token.as_str()), (Some(session()), ""));
    assert!(answer.set_cookie("shiming_session").unwrap().contains(TOKEN));
    assert_eq!(world.script.only::<LogInRequest>().1.code, "123456");

    let told = LogInRequest { client: Some(ClientDescription::default()), ..Default::default() };
    let request = call(&browser, LOG_IN, "application/proto").body(told.encode_to_vec());
    assert_eq!(code(&browser.send(request).await), (400, "invalid_argument".into()));
    let request = call(&browser, LOG_IN, "application/proto").body(vec![0xff]);
    assert_eq!(code(&browser.send(request).await), (400, "invalid_argument".into()));
}

#[tokio::test]
async fn a_read_comes_by_get_with_its_message_in_the_query() {
    let world = World::start().await;
    world.script.answer::<ListConsentsRequest, _>(ListConsentsResponse::default());
    let mut browser = world.signed_in().await;
    let message = "eyJwYWdlU2l6ZSI6NywicGFnZVRva2VuIjoiYWJjIn0";
    let answer =
        browser.get(&format!("{CONSENTS}?connect=v1&encoding=json&base64=1&message={message}")).await;
    assert_eq!(answer.ok(), json!({"consents": [], "nextPageToken": ""}));
    let (_, asked) = world.script.only::<ListConsentsRequest>();
    assert_eq!((asked.page_size, asked.page_token.as_str()), (7, "abc"));
    let proto = browser.get(&format!("{CONSENTS}?connect=v1&encoding=proto&message=")).await;
    assert_eq!((proto.status, proto.header("content-type"), proto.body.len()), (200, "application/proto", 0));
    let wrong =
        browser.get(&format!("{CONSENTS}?connect=v1&encoding=json&message=%7B%22other%22%3A1%7D")).await;
    assert_eq!(code(&wrong), (400, "invalid_argument".into()));
}

#[tokio::test]
async fn errors_are_spelled_as_the_caller_reads_them() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    for (kind, status, code_of_it) in [
        (ErrorKind::InvalidArgument, 400, "invalid_argument"),
        (ErrorKind::Unauthenticated, 401, "unauthenticated"),
        (ErrorKind::PermissionDenied, 403, "permission_denied"),
        (ErrorKind::NotFound, 404, "not_found"),
        (ErrorKind::AlreadyExists, 409, "already_exists"),
        (ErrorKind::FailedPrecondition, 400, "failed_precondition"),
        (ErrorKind::Aborted, 409, "aborted"),
        (ErrorKind::ResourceExhausted, 429, "resource_exhausted"),
        (ErrorKind::DeadlineExceeded, 504, "deadline_exceeded"),
        (ErrorKind::Unavailable, 503, "unavailable"),
        (ErrorKind::Unimplemented, 501, "unimplemented"),
        (ErrorKind::Internal, 500, "internal"),
    ] {
        world.script.refuse::<GetSessionRequest, GetSessionResponse>(refusal(kind, "SOMETHING_NEW"));
        let answer = browser.get(&format!("{SESSION}?connect=v1&encoding=json&message=%7B%7D")).await;
        assert_eq!(code(&answer), (status, code_of_it.into()));
        assert_eq!(answer.json()["details"][0]["type"], "google.rpc.ErrorInfo");
        assert_eq!(answer.json()["details"][0]["debug"]["reason"], "SOMETHING_NEW");
        assert_eq!(browser.get(SESSION).await.refusal().1, "SOMETHING_NEW", "pages keep their problems");
    }
}

#[tokio::test]
async fn details_can_be_decoded() {
    let world = World::start().await;
    world.script.refuse::<LogInRequest, LogInResponse>(field_refusal("document.number", "MALFORMED"));
    let mut browser = world.browser().await;
    let request = call(&browser, LOG_IN, "application/json").body("{}");
    let said = browser.send(request).await.json();
    let details = said["details"].as_array().unwrap();
    let bad = details.iter().find(|one| one["type"] == "google.rpc.BadRequest").unwrap();
    let bytes = STANDARD_NO_PAD.decode(bad["value"].as_str().unwrap()).unwrap();
    let bad = tonic_types::pb::BadRequest::decode(bytes.as_slice()).unwrap();
    assert_eq!(bad.field_violations[0].field, "document.number");
}

#[tokio::test]
async fn what_layers_refuse_is_spelled_so_too() {
    let world = World::with(|config| config.limits.logins.per_browser = 1).await;
    let mut browser = world.browser().await;
    let bare = browser.request(Method::POST, LOG_IN).header("connect-protocol-version", "1").body("{}");
    assert_eq!(code(&browser.send(bare).await), (403, "permission_denied".into()), "no CSRF token");
    let text = call(&browser, LOG_IN, "text/plain").body("{}");
    assert_eq!(code(&browser.send(text).await).0, 415);
    let over = call(&browser, LOG_IN, "application/json").body("{}");
    assert_eq!(code(&browser.send(over).await), (429, "resource_exhausted".into()));
    let nowhere =
        call(&browser, "/api/shiming.identity.v1.LoginService/Nothing", "application/json").body("{}");
    assert_eq!(code(&browser.send(nowhere).await), (501, "unimplemented".into()));
    let session = call(&browser, SESSION, "application/json").body("{}");
    assert_eq!(code(&browser.send(session).await), (401, "unauthenticated".into()));
}

#[tokio::test]
async fn what_is_not_understood_is_refused_and_not_guessed_at() {
    let world = World::start().await;
    world.script.answer::<GetSessionRequest, _>(GetSessionResponse { session: Some(session()) });
    let mut browser = world.signed_in().await;
    for (header, value, status) in [
        ("connect-timeout-ms", "-1", 400),
        ("connect-timeout-ms", "1.5", 400),
        ("connect-timeout-ms", "12345678901", 400),
        ("content-encoding", "gzip", 415),
        ("connect-timeout-ms", "0", 504),
    ] {
        let request = call(&browser, SESSION, "application/json").header(header, value).body("{}");
        assert_eq!(browser.send(request).await.status, status, "{header}: {value}");
    }
    let newer = browser.page_request(SESSION).header("connect-protocol-version", "2");
    assert_eq!(code(&browser.send(newer).await), (400, "invalid_argument".into()));
}
