use serde_json::{Value, json};
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::{
    GetSessionRequest, GetSessionResponse, LogInRequest, LogInResponse, SendLoginCodeRequest,
    SendLoginCodeResponse, Session,
};
use shiming_proto::types::v1::EvidenceLevel;

use crate::world::{Browser, PICTURE, TOKEN, World, length, refusal, time};

const LOG_IN: &str = "/api/shiming.identity.v1.LoginService/LogIn";
const SEND_CODE: &str = "/api/shiming.identity.v1.LoginService/SendLoginCode";

fn person() -> Value {
    json!({"document": {"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": "640101199003070015", "name": "张三"}, "mobile": "13800138000", "code": "123456"})
}

pub(crate) fn session() -> Session {
    Session {
        session_id: "01890000-0000-7000-8000-000000000005".into(),
        person_id: "01890000-0000-7000-8000-0000000000aa".into(),
        evidence: EvidenceLevel::Sms.into(),
        step_up_time: None,
        enterprise_id: String::new(),
        binding_id: String::new(),
        create_time: time(0),
        idle_expire_time: time(1800),
        absolute_expire_time: time(43_200),
        name_masked: "张*".into(),
    }
}

#[tokio::test]
async fn over_https_cookies_are_secure_and_bound_to_the_host() {
    let world = World::with(|config| {
        config.http.public_origin = "https://shiming.example".parse().unwrap();
        config.captcha.known_answer = None;
    })
    .await;
    let opened = LogInResponse { session_token: TOKEN.into(), session: Some(session()) };
    world.script.answer::<LogInRequest, _>(opened);
    let mut browser = world.browser().await;
    let answer = browser.post(LOG_IN, person()).await;
    let cookie = answer.set_cookie("__Host-shiming_session").unwrap();
    assert!(cookie.ends_with("; HttpOnly; Secure") && !cookie.contains("Domain"), "{cookie}");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
}

#[tokio::test]
async fn a_refused_login_sets_nothing() {
    let world = World::start().await;
    let refused = refusal(ErrorKind::Unauthenticated, "LOGIN_REFUSED");
    world.script.refuse::<LogInRequest, LogInResponse>(refused);
    let mut browser = world.browser().await;
    let answer = browser.post(LOG_IN, person()).await;
    assert_eq!(answer.refusal(), (401, "LOGIN_REFUSED".into()));
    assert!(answer.set_cookies().is_empty());
}

async fn ask_code(browser: &mut Browser, picture: Option<(&str, &str)>) -> (u16, String) {
    let mut request = browser.page_request(SEND_CODE).header("content-type", "application/json");
    if let Some((id, answer)) = picture {
        request = request.header("x-captcha-id", id).header("x-captcha-answer", answer);
    }
    let mut form = person();
    form.as_object_mut().unwrap().remove("code");
    let answer = browser.send(request.body(form.to_string())).await;
    if answer.status == 200 {
        assert_eq!(answer.json(), json!({"lifetime": "300s", "resendAfter": "60s"}));
        return (200, String::new());
    }
    let refusal = answer.refusal();
    assert_eq!(answer.json()["metadata"], json!({"required": "true"}));
    refusal
}

async fn picture(browser: &mut Browser) -> String {
    let picture = browser.get("/api/captcha").await.ok();
    assert!(picture["image"].as_str().unwrap().starts_with("data:image/png;base64,iVBOR"));
    assert_eq!(picture["expireTime"], "2026-11-01T08:03:00Z");
    picture["captchaId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn after_three_codes_a_picture_is_asked_for() {
    let world = World::start().await;
    let sent = SendLoginCodeResponse { lifetime: length(300), resend_after: length(60) };
    world.script.answer::<SendLoginCodeRequest, _>(sent);
    let mut browser = world.browser().await;
    for _ in 0..3 {
        assert_eq!(ask_code(&mut browser, None).await.0, 200);
    }
    let wrong = (400, "CAPTCHA_WRONG".to_owned());
    assert_eq!(ask_code(&mut browser, None).await, wrong, "missing");
    let id = picture(&mut browser).await;
    assert_eq!(ask_code(&mut browser, Some((&id, "XXXX"))).await, wrong);
    let right = Some((id.as_str(), PICTURE));
    assert_eq!(ask_code(&mut browser, right).await, wrong, "used up");
    let id = picture(&mut browser).await;
    let right = Some((id.as_str(), "ace3"));
    assert_eq!(ask_code(&mut browser, right).await.0, 200);
    assert_eq!(ask_code(&mut browser, right).await, wrong, "counts once");
    assert_eq!(world.script.seen::<SendLoginCodeRequest>().len(), 4, "the others never reached identity");

    let mut another = world.browser().await;
    assert_eq!(ask_code(&mut another, None).await.0, 200, "another browser of the same address");
    world.clock.advance(std::time::Duration::from_hours(1));
    assert_eq!(ask_code(&mut browser, None).await.0, 200, "an hour later");
}

#[tokio::test]
async fn many_browsers_of_one_address_are_asked_as_well() {
    let world = World::with(|config| config.captcha.free_login_codes_per_address = 4).await;
    let sent = SendLoginCodeResponse { lifetime: length(300), resend_after: length(60) };
    world.script.answer::<SendLoginCodeRequest, _>(sent);
    for _ in 0..4 {
        assert_eq!(ask_code(&mut world.browser().await, None).await.0, 200);
    }
    assert_eq!(ask_code(&mut world.browser().await, None).await.0, 400);
}

#[tokio::test]
async fn a_picture_is_answered_in_time_or_not_at_all() {
    let world = World::with(|config| config.captcha.free_login_codes_per_browser = 0).await;
    let mut browser = world.browser().await;
    let id = picture(&mut browser).await;
    world.clock.advance(std::time::Duration::from_secs(181));
    let late = Some((id.as_str(), PICTURE));
    assert_eq!(ask_code(&mut browser, late).await.0, 400);
}

#[tokio::test]
async fn identity_being_away_does_not_log_out() {
    let world = World::start().await;
    let down = refusal(ErrorKind::Unavailable, "UNAVAILABLE");
    world.script.refuse::<GetSessionRequest, GetSessionResponse>(down);
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/shiming.identity.v1.SessionService/GetSession").await;
    assert_eq!(answer.refusal(), (503, "UNAVAILABLE".into()));
    assert_eq!(answer.header("retry-after"), "2");
    assert!(browser.cookies.contains_key("shiming_session"));
}
