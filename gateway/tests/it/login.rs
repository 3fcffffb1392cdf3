use serde_json::{Value, json};
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::{
    GetSessionRequest, GetSessionResponse, LogInRequest, LogInResponse, LogOutRequest, LogOutResponse,
    SendLoginCodeRequest, SendLoginCodeResponse, Session,
};
use shiming_proto::types::v1::EvidenceLevel;

use crate::world::{Browser, PICTURE, TOKEN, World, length, refusal, time};

fn person(more: &[(&str, &str)]) -> Value {
    let mut form = json!({
        "documentType": "RESIDENT_ID", "documentNumber": "640101199003070015", "name": "张三", "mobile": "13800138000"
    });
    for (key, value) in more {
        form[*key] = (*value).into();
    }
    form
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

pub(crate) fn session_json() -> Value {
    json!({
        "personId": "01890000-0000-7000-8000-0000000000aa",
        "nameMasked": "张*",
        "evidence": "SMS",
        "idleExpireTime": "2026-11-01T08:30:00Z",
        "absoluteExpireTime": "2026-11-01T20:00:00Z"
    })
}

#[tokio::test]
async fn the_code_opens_a_session_whose_token_no_script_sees() {
    let world = World::start().await;
    let opened = LogInResponse { session_token: TOKEN.into(), session: Some(session()) };
    world.script.answer::<LogInRequest, _>(opened);
    let mut browser = world.browser().await;
    browser.headers.push(("user-agent", "WeChat test".into()));
    let answer = browser.post("/api/login", person(&[("code", "123456")])).await;
    assert_eq!(answer.ok(), json!({"session": session_json()}));
    assert!(!String::from_utf8_lossy(&answer.body).contains(TOKEN));
    let cookie = answer.set_cookie("shiming_session").unwrap();
    assert_eq!(cookie, format!("shiming_session={TOKEN}; Path=/; SameSite=Lax; HttpOnly"));
    let (_, asked) = world.script.only::<LogInRequest>();
    let client = asked.client.unwrap();
    assert_eq!((client.user_agent.as_str(), client.address_hash.len()), ("WeChat test", 32));
    assert_eq!((asked.code.as_str(), asked.mobile.as_str()), ("123456", "13800138000"));
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
    let answer = browser.post("/api/login", person(&[("code", "123456")])).await;
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
    let answer = browser.post("/api/login", person(&[("code", "123456")])).await;
    assert_eq!(answer.refusal(), (401, "LOGIN_REFUSED".into()));
    assert!(answer.set_cookies().is_empty());
}

async fn ask_code(browser: &mut Browser, more: &[(&str, &str)]) -> (u16, String) {
    let answer = browser.post("/api/login/code", person(more)).await;
    if answer.status == 200 {
        assert_eq!(answer.json(), json!({"lifetimeSeconds": 300, "resendAfterSeconds": 60}));
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
        assert_eq!(ask_code(&mut browser, &[]).await.0, 200);
    }
    let wrong = (400, "CAPTCHA_WRONG".to_owned());
    assert_eq!(ask_code(&mut browser, &[]).await, wrong, "missing");
    let id = picture(&mut browser).await;
    assert_eq!(ask_code(&mut browser, &[("captchaId", &id), ("captchaAnswer", "XXXX")]).await, wrong);
    let right = [("captchaId", id.as_str()), ("captchaAnswer", PICTURE)];
    assert_eq!(ask_code(&mut browser, &right).await, wrong, "used up");
    let id = picture(&mut browser).await;
    let right = [("captchaId", id.as_str()), ("captchaAnswer", "ace3")];
    assert_eq!(ask_code(&mut browser, &right).await.0, 200);
    assert_eq!(ask_code(&mut browser, &right).await, wrong, "counts once");
    assert_eq!(world.script.seen::<SendLoginCodeRequest>().len(), 4, "the others never reached identity");

    let mut another = world.browser().await;
    assert_eq!(ask_code(&mut another, &[]).await.0, 200, "another browser of the same address");
    world.clock.advance(std::time::Duration::from_hours(1));
    assert_eq!(ask_code(&mut browser, &[]).await.0, 200, "an hour later");
}

#[tokio::test]
async fn many_browsers_of_one_address_are_asked_as_well() {
    let world = World::with(|config| config.captcha.free_login_codes_per_address = 4).await;
    let sent = SendLoginCodeResponse { lifetime: length(300), resend_after: length(60) };
    world.script.answer::<SendLoginCodeRequest, _>(sent);
    for _ in 0..4 {
        assert_eq!(ask_code(&mut world.browser().await, &[]).await.0, 200);
    }
    assert_eq!(ask_code(&mut world.browser().await, &[]).await.0, 400);
}

#[tokio::test]
async fn a_picture_is_answered_in_time_or_not_at_all() {
    let world = World::with(|config| config.captcha.free_login_codes_per_browser = 0).await;
    let mut browser = world.browser().await;
    let id = picture(&mut browser).await;
    world.clock.advance(std::time::Duration::from_secs(181));
    let late = [("captchaId", id.as_str()), ("captchaAnswer", PICTURE)];
    assert_eq!(ask_code(&mut browser, &late).await.0, 400);
}

#[tokio::test]
async fn logging_out_always_succeeds_and_forgets_the_token() {
    let world = World::start().await;
    world.script.answer::<LogOutRequest, _>(LogOutResponse {});
    let mut browser = world.signed_in().await;
    let answer = browser.post("/api/logout", json!({})).await;
    assert_eq!(answer.ok(), json!({}));
    assert!(answer.set_cookie("shiming_session").unwrap().contains("Max-Age=0"));
    assert_eq!(world.script.only::<LogOutRequest>().1.session_token, TOKEN);
    assert_eq!(browser.post("/api/logout", json!({})).await.ok(), json!({}), "again, without a session");
    assert_eq!(world.script.seen::<LogOutRequest>().len(), 1);
}

#[tokio::test]
async fn identity_being_away_does_not_log_out() {
    let world = World::start().await;
    let down = refusal(ErrorKind::Unavailable, "UNAVAILABLE");
    world.script.refuse::<GetSessionRequest, GetSessionResponse>(down);
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/session").await;
    assert_eq!(answer.refusal(), (503, "UNAVAILABLE".into()));
    assert_eq!(answer.header("retry-after"), "2");
    assert!(browser.cookies.contains_key("shiming_session"));
}
