//! The one handler: what follows from a method's and its fields' options.

use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::enterprise::v1::{LookUpEnterpriseRequest, LookUpEnterpriseResponse};
use shiming_proto::identity::v1::{
    BeginStepUpRequest, BeginStepUpResponse, CollectionStep, CompleteCollectionFaceRequest,
    CompleteCollectionFaceResponse, FinishCollectionRequest, FinishCollectionResponse, GetCollectionRequest,
    GetCollectionResponse, GetErasureProofRequest, GetErasureProofResponse, GetSessionRequest,
    GetSessionResponse, ListConsentsRequest, ListConsentsResponse, LogInRequest, LogInResponse,
    LogOutRequest, LogOutResponse, SendCollectionCodeRequest, SendCollectionCodeResponse,
    SendLoginCodeRequest, SendLoginCodeResponse,
};
use shiming_proto::messaging::v1::{GetCountsRequest, GetCountsResponse};

use crate::login::session;
use crate::world::{Browser, COLLECTION, PICTURE, TOKEN, World, field_refusal, length, refusal, time};

const SESSION: &str = "/api/shiming.identity.v1.SessionService/GetSession";
const LOG_OUT: &str = "/api/shiming.identity.v1.SessionService/LogOut";
const LOG_IN: &str = "/api/shiming.identity.v1.LoginService/LogIn";
const SEND_CODE: &str = "/api/shiming.identity.v1.LoginService/SendLoginCode";
const COLLECTIONS: &str = "/api/shiming.identity.v1.CollectionService";
const CONSENTS: &str = "/api/shiming.identity.v1.ConsentService";
const LOOK_UP: &str = "/api/shiming.enterprise.v1.RegistryService/LookUpEnterprise";
const STEP_UP: &str = "/api/shiming.identity.v1.StepUpService/BeginStepUp";

fn person() -> serde_json::Value {
    json!({
        "document": {"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": "640101199003070015", "name": "张三"},
        "mobile": "13800138000"
    })
}

fn log_in() -> serde_json::Value {
    let mut form = person();
    form["code"] = "123456".into();
    form
}

async fn field(browser: &mut Browser, path: &str, body: serde_json::Value) -> (String, String) {
    let answer = browser.post(path, body).await;
    assert_eq!(answer.refusal(), (400, "INVALID_FIELD".into()));
    let violation = answer.json()["violations"][0].clone();
    let text = |key: &str| violation[key].as_str().unwrap().to_owned();
    (text("field"), text("reason"))
}

#[tokio::test]
async fn a_read_is_asked_for_by_get_and_by_post_and_says_the_same() {
    let world = World::start().await;
    world.script.answer::<GetSessionRequest, _>(GetSessionResponse { session: Some(session()) });
    let mut browser = world.signed_in().await;
    let by_get = browser.get(SESSION).await.ok();
    assert_eq!(by_get["session"]["evidence"], "EVIDENCE_LEVEL_SMS");
    assert_eq!(by_get["session"]["idleExpireTime"], "2026-11-01T08:30:00Z");
    assert_eq!(by_get["session"]["enterpriseId"], "", "always there, so that pages need not fill it in");
    assert!(by_get["session"].get("stepUpTime").is_none());
    assert_eq!(browser.post(SESSION, json!({})).await.ok(), by_get);
    let bare = browser.page_request(SESSION);
    assert_eq!(browser.send(bare).await.ok(), by_get, "nothing is as good as an empty message");
    let (metadata, _) = world.script.seen::<GetSessionRequest>().remove(0);
    assert_eq!(metadata.get("x-shiming-session").unwrap(), TOKEN);
}

#[tokio::test]
async fn the_session_is_asked_for_before_the_body_is_read() {
    let world = World::start().await;
    let mut browser = world.browser().await;
    assert_eq!(browser.get(SESSION).await.refusal(), (401, "SESSION_REQUIRED".into()));
    assert_eq!(browser.post(SESSION, json!("nonsense")).await.refusal(), (401, "SESSION_REQUIRED".into()));
    let step = format!("{COLLECTIONS}/CompleteCollectionFace");
    assert_eq!(browser.post(&step, json!("nonsense")).await.refusal(), (404, "COLLECTION_NOT_FOUND".into()));
}

#[tokio::test]
async fn a_secret_moves_from_the_answer_into_the_cookie() {
    let world = World::start().await;
    let opened = LogInResponse { session_token: TOKEN.into(), session: Some(session()) };
    world.script.answer::<LogInRequest, _>(opened);
    let mut browser = world.browser().await;
    let answer = browser.post(LOG_IN, log_in()).await;
    assert_eq!(answer.ok()["session"]["nameMasked"], "张*");
    assert!(!String::from_utf8_lossy(&answer.body).contains(TOKEN));
    let cookie = answer.set_cookie("shiming_session").unwrap();
    assert_eq!(cookie, format!("shiming_session={TOKEN}; Path=/; SameSite=Lax; HttpOnly"));
    let (_, asked) = world.script.only::<LogInRequest>();
    assert_eq!((asked.code.as_str(), asked.client), ("123456", None));
}

#[tokio::test]
async fn a_dry_run_may_lack_what_is_required_and_touches_no_cookie() {
    let world = World::start().await;
    world.script.answer::<LogInRequest, _>(LogInResponse::default());
    world.script.answer::<BeginStepUpRequest, _>(BeginStepUpResponse::default());
    let mut browser = world.signed_in().await;
    let dry = browser.post(&format!("{LOG_IN}?validateOnly=true"), log_in()).await;
    assert_eq!((dry.ok(), dry.set_cookies().len()), (json!({}), 0));
    assert!(world.script.only::<LogInRequest>().1.validate_only);
    let consent = json!({"consent": {"version": "1", "textSha256": "00"}, "validateOnly": true});
    assert_eq!(browser.post(STEP_UP, consent.clone()).await.ok(), json!({}));
    let in_earnest = browser.post(&format!("{STEP_UP}?validateOnly=false"), consent).await;
    assert_eq!(in_earnest.refusal(), (500, "INTERNAL".into()), "a ticket is what it is for");
}

#[tokio::test]
async fn a_secret_is_filled_into_the_request_from_the_cookie() {
    let world = World::start().await;
    let stands = GetCollectionResponse { expire_time: time(900), ..Default::default() };
    world.script.answer::<GetCollectionRequest, _>(stands);
    let step = CompleteCollectionFaceResponse {
        next_step: CollectionStep::Profile.into(),
        expire_time: time(900),
        collection_token: "renewed".into(),
    };
    let sent = SendCollectionCodeResponse { lifetime: length(300), resend_after: length(60) };
    world.script.answer::<SendCollectionCodeRequest, _>(sent);
    world.script.answer::<CompleteCollectionFaceRequest, _>(step);
    let mut browser = world.collecting().await;
    let got = browser.get(&format!("{COLLECTIONS}/GetCollection")).await;
    assert_eq!((got.ok()["expireTime"].clone(), got.set_cookies().len()), (json!("2026-11-01T08:15:00Z"), 0));
    assert_eq!(world.script.seen::<GetCollectionRequest>().last().unwrap().1.collection_token, COLLECTION);

    let path = format!("{COLLECTIONS}/CompleteCollectionFace");
    let taken = browser.post(&path, json!({"faceSessionId": "x"})).await;
    assert_eq!(taken.ok()["nextStep"], "COLLECTION_STEP_PROFILE");
    assert_eq!((taken.ok().get("collectionToken"), taken.set_cookies().len()), (None, 1));
    assert!(taken.set_cookie("shiming_collection").unwrap().contains("=renewed; "), "the old one is dead");
    let code_sent = format!("{COLLECTIONS}/SendCollectionCode");
    let sent = browser.post(&code_sent, json!({"mobile": "13800138000"})).await;
    assert!(sent.set_cookie("shiming_collection").unwrap().contains("=renewed; "), "lives on");
    let dry = browser.post(&format!("{path}?validateOnly=true"), json!({"faceSessionId": "x"})).await;
    assert_eq!(dry.set_cookies(), Vec::<String>::new());
    let told = json!({"faceSessionId": "x", "collectionToken": "mine"});
    assert_eq!(field(&mut browser, &path, told).await, ("collectionToken".into(), "UNKNOWN".into()));
}

#[tokio::test]
async fn what_ends_takes_its_cookie_along_and_needs_none_to_end() {
    let world = World::start().await;
    world.script.answer::<LogOutRequest, _>(LogOutResponse {});
    world.script.answer::<FinishCollectionRequest, _>(FinishCollectionResponse { person_id: "p".into() });
    let mut browser = world.signed_in().await;
    let dry = browser.post(&format!("{LOG_OUT}?validateOnly=true"), json!({})).await;
    assert_eq!((dry.ok(), dry.set_cookies().len()), (json!({}), 0));
    assert!(
        browser.post(LOG_OUT, json!({})).await.set_cookie("shiming_session").unwrap().contains("Max-Age=0")
    );
    assert_eq!(browser.post(LOG_OUT, json!({})).await.ok(), json!({}));
    let tokens: Vec<_> =
        world.script.seen::<LogOutRequest>().into_iter().map(|seen| seen.1.session_token).collect();
    assert_eq!(tokens, [TOKEN, TOKEN, ""]);

    let mut browser = world.collecting().await;
    let form = json!({"mobile": "13800138000", "code": "123456", "profile": {}});
    let done = browser.post(&format!("{COLLECTIONS}/FinishCollection"), form).await;
    assert_eq!(done.set_cookies().len(), 1);
    assert!(done.set_cookie("shiming_collection").unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn an_intent_has_a_name_from_the_header_or_the_message() {
    let world = World::start().await;
    world.script.answer::<LogOutRequest, _>(LogOutResponse {});
    let mut browser = world.signed_in().await;
    let post = |browser: &Browser, body: &str| {
        let token = browser.cookies["shiming_csrf"].clone();
        let request = browser.request(reqwest::Method::POST, LOG_OUT).header("x-csrf-token", token);
        request.header("content-type", "application/json; charset=utf-8").body(body.to_owned())
    };
    let missing = post(&browser, "{}");
    let refused = browser.send(missing).await;
    assert_eq!(
        refused.json()["violations"][0],
        json!({
            "field": "requestId", "reason": "REQUIRED", "description": "请求缺少编号，请刷新页面后重试"
        })
    );
    let id = "0191e7b0-0000-7000-8000-000000000001";
    let named = post(&browser, &format!(r#"{{"requestId":"{id}"}}"#));
    browser.send(named).await.ok();
    assert_eq!(world.script.only::<LogOutRequest>().1.request_id, id);
    for (header, body) in
        [("not-a-uuid", "{}"), (id, r#"{"requestId":"0191e7b0-0000-7000-8000-000000000002"}"#)]
    {
        let request = post(&browser, body).header("idempotency-key", header);
        assert_eq!(browser.send(request).await.refusal(), (400, "INVALID_FIELD".into()));
    }
}

#[tokio::test]
async fn what_a_message_does_not_have_is_refused() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    let mut form = log_in();
    form["document"]["nickname"] = "x".into();
    assert_eq!(field(&mut browser, LOG_IN, form).await, ("document.nickname".into(), "UNKNOWN".into()));
    let mut form = log_in();
    form["client"] = json!({"userAgent": "x"});
    assert_eq!(field(&mut browser, LOG_IN, form).await, ("client".into(), "UNKNOWN".into()));
    let wrong = json!({"document": {"type": "RESIDENT_ID"}});
    assert_eq!(field(&mut browser, LOG_IN, wrong).await, ("document.type".into(), "MALFORMED".into()));
    for path in [format!("{SESSION}?other=1"), format!("{CONSENTS}/ListConsents?pageSize=x")] {
        assert_eq!(browser.get(&path).await.refusal(), (400, "INVALID_FIELD".into()));
    }
    let dry = format!("{LOOK_UP}?validateOnly=true");
    assert_eq!(field(&mut browser, &dry, json!({})).await, ("validateOnly".into(), "UNKNOWN".into()));
}

#[tokio::test]
async fn only_json_is_taken() {
    let world = World::start().await;
    let mut browser = world.browser().await;
    let text = browser.page_request(LOG_IN).header("content-type", "text/plain").body("{}");
    assert_eq!(browser.send(text).await.refusal(), (415, "INVALID_FIELD".into()));
    let untyped = browser.page_request(LOG_IN).body("{}");
    assert_eq!(browser.send(untyped).await.refusal(), (415, "INVALID_FIELD".into()));
    let large = browser.post(LOG_IN, json!({"code": "x".repeat(70_000)})).await;
    assert_eq!(large.refusal(), (413, "REQUEST_TOO_LARGE".into()));
}

#[tokio::test]
async fn a_query_turns_into_the_request() {
    let world = World::start().await;
    world.script.answer::<ListConsentsRequest, _>(ListConsentsResponse::default());
    let mut browser = world.signed_in().await;
    let page = browser.get(&format!("{CONSENTS}/ListConsents?pageSize=7&page_token=abc")).await.ok();
    assert_eq!(page, json!({"consents": [], "nextPageToken": ""}));
    let (_, asked) = world.script.only::<ListConsentsRequest>();
    assert_eq!((asked.page_size, asked.page_token.as_str()), (7, "abc"));
}

#[tokio::test]
async fn what_asks_something_personal_or_costs_something_is_no_get() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    for path in [LOOK_UP, LOG_IN, LOG_OUT] {
        assert_eq!(browser.get(path).await.refusal().0, 405, "{path}");
    }
    let hidden = "/api/shiming.identity.v1.SessionService/IntrospectSession";
    assert_eq!(browser.post(hidden, json!({})).await.refusal().0, 404, "for services alone");
    assert_eq!(browser.get("/api/shiming.messaging.v1.DemoSmsService/ListDemoSms").await.refusal().0, 404);
}

#[tokio::test]
async fn each_look_up_costs_a_picture_code() {
    let world = World::start().await;
    let enterprise = Some(shiming_proto::enterprise::v1::Enterprise::default());
    world.script.answer::<LookUpEnterpriseRequest, _>(LookUpEnterpriseResponse { enterprise });
    let mut browser = world.signed_in().await;
    let body = || json!({"identifier": "91640100MA76XXXX0A"});
    let refused = browser.post(LOOK_UP, body()).await;
    assert_eq!(refused.refusal(), (400, "CAPTCHA_WRONG".into()));
    assert_eq!(refused.json()["metadata"]["required"], "true");
    let id = browser.get("/api/captcha").await.ok()["captchaId"].as_str().unwrap().to_owned();
    let ask = |browser: &Browser, id: &str, answer: &str| {
        let request = browser.page_request(LOOK_UP).header("content-type", "application/json");
        request.header("x-captcha-id", id).header("x-captcha-answer", answer).body(body().to_string())
    };
    // ＡＣＥ３, as some keyboards type it.
    let request = ask(&browser, &id, "%EF%BC%A1%EF%BC%A3%EF%BC%A5%EF%BC%93");
    browser.send(request).await.ok();
    let again = ask(&browser, &id, PICTURE);
    assert_eq!(browser.send(again).await.refusal(), (400, "CAPTCHA_WRONG".into()));
    assert_eq!(world.script.seen::<LookUpEnterpriseRequest>().len(), 1);
}

#[tokio::test]
async fn a_few_codes_are_free_and_dry_runs_always() {
    let world = World::with(|config| config.captcha.free_login_codes_per_browser = 1).await;
    let sent = SendLoginCodeResponse { lifetime: length(300), resend_after: length(60) };
    world.script.answer::<SendLoginCodeRequest, _>(sent);
    let mut browser = world.browser().await;
    for _ in 0..3 {
        browser.post(&format!("{SEND_CODE}?validateOnly=true"), person()).await.ok();
    }
    assert_eq!(
        browser.post(SEND_CODE, person()).await.ok(),
        json!({"lifetime": "300s", "resendAfter": "60s"})
    );
    assert_eq!(browser.post(SEND_CODE, person()).await.refusal(), (400, "CAPTCHA_WRONG".into()));
    browser.post(&format!("{SEND_CODE}?validateOnly=true"), person()).await.ok();
}

#[tokio::test]
async fn budgets_are_counted_before_the_body_is_read() {
    let world = World::with(|config| config.limits.logins.per_browser = 1).await;
    let mut browser = world.browser().await;
    assert_eq!(browser.post(LOG_IN, json!("nonsense")).await.refusal().0, 400);
    let over = browser.post(LOG_IN, json!("nonsense")).await;
    assert_eq!(over.refusal(), (429, "TOO_MANY_REQUESTS".into()));
}

#[tokio::test]
async fn a_service_is_believed_its_fields_named_as_json_names_them() {
    let world = World::start().await;
    world
        .script
        .refuse::<LogInRequest, LogInResponse>(field_refusal("document.issuing_authority", "MALFORMED"));
    let mut browser = world.browser().await;
    let named = field(&mut browser, LOG_IN, log_in()).await;
    assert_eq!(named, ("document.issuingAuthority".into(), "MALFORMED".into()));
}

#[tokio::test]
async fn a_dead_token_leaves_the_browser() {
    let world = World::start().await;
    let dead = refusal(ErrorKind::Unauthenticated, "SESSION_INVALID");
    world.script.refuse::<GetSessionRequest, GetSessionResponse>(dead);
    let mut browser = world.signed_in().await;
    let answer = browser.get(SESSION).await;
    assert_eq!(answer.refusal(), (401, "SESSION_INVALID".into()));
    assert!(answer.set_cookie("shiming_session").unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn an_answer_is_whole_or_a_defect() {
    let world = World::start().await;
    world.script.answer::<GetCountsRequest, _>(GetCountsResponse { counts: None });
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/shiming.messaging.v1.InboxService/GetCounts").await;
    assert_eq!(answer.refusal(), (500, "INTERNAL".into()));
}

#[tokio::test]
async fn a_proof_is_offered_as_a_file() {
    let world = World::start().await;
    let erasure = shiming_proto::face::v1::Erasure {
        erasure_id: "e".into(),
        erase_time: time(0),
        counts: Some(shiming_proto::face::v1::ErasedCounts::default()),
        proof: "j.w.s".into(),
    };
    let proof = GetErasureProofResponse { erasure: Some(erasure) };
    world.script.answer::<GetErasureProofRequest, _>(proof);
    let mut browser = world.signed_in().await;
    let answer = browser.get(&format!("{CONSENTS}/GetErasureProof?erasureId=e")).await;
    assert_eq!(answer.ok()["erasure"]["proof"], "j.w.s");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"erasure-proof.json\"");
}
