use serde_json::{Value, json};
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::{
    BeginCollectionFaceRequest, BeginCollectionFaceResponse, CollectionStep, CompleteCollectionFaceRequest,
    CompleteCollectionFaceResponse, FaceSessionTicket, FinishCollectionRequest, FinishCollectionResponse,
    GetCollectionRequest, GetCollectionResponse, SendCollectionCodeRequest, SendCollectionCodeResponse,
    StartCollectionRequest, StartCollectionResponse,
};
use shiming_proto::types::v1::DocumentType;

use crate::world::{COLLECTION, World, field_refusal, length, refusal, refusal_with, time};

fn person() -> Value {
    json!({"documentType": "RESIDENT_ID", "documentNumber": "640101199003070015", "name": "张三"})
}

fn started(token: &str) -> StartCollectionResponse {
    StartCollectionResponse {
        collection_token: token.into(),
        expire_time: time(900),
        next_step: CollectionStep::Face.into(),
        document_masked: "640101********0015".into(),
        name_masked: "张*".into(),
    }
}

#[tokio::test]
async fn a_collection_begins_with_a_hidden_token() {
    let world = World::start().await;
    world.script.answer::<StartCollectionRequest, _>(started(COLLECTION));
    let mut browser = world.browser().await;
    let answer = browser.post("/api/collection", person()).await;
    assert_eq!(
        answer.ok(),
        json!({
            "nextStep": "FACE",
            "expireTime": "2026-11-01T08:15:00Z",
            "documentMasked": "640101********0015",
            "nameMasked": "张*"
        })
    );
    let cookie = answer.set_cookie("shiming_collection").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("Max-Age=900"), "{cookie}");
    assert_eq!(answer.header("cache-control"), "no-store");

    let (metadata, asked) = world.script.only::<StartCollectionRequest>();
    let document = asked.document.unwrap();
    assert_eq!(document.r#type(), DocumentType::ResidentId);
    assert_eq!((document.number.as_str(), document.name.as_str()), ("640101199003070015", "张三"));
    assert!(!asked.validate_only && asked.request_id.len() == 36);
    assert_eq!(metadata.get("x-shiming-client-ip-hash").unwrap().len(), 32);
    assert_eq!(metadata.get("x-shiming-client-device-hash").unwrap().len(), 32);
    assert!(metadata.get("x-shiming-session").is_none());
}

#[tokio::test]
async fn a_dry_run_sets_no_cookie() {
    let world = World::start().await;
    world.script.answer::<StartCollectionRequest, _>(started(""));
    let mut browser = world.browser().await;
    let answer = browser.post("/api/collection?validateOnly=true", person()).await;
    assert_eq!((answer.status, answer.set_cookies().len()), (200, 0));
    assert!(world.script.only::<StartCollectionRequest>().1.validate_only);
}

#[tokio::test]
async fn refused_fields_are_named_as_the_form_names_them() {
    let world = World::start().await;
    let wrong = field_refusal("document.number", "ID_CHECKSUM");
    world.script.refuse::<StartCollectionRequest, StartCollectionResponse>(wrong);
    let mut browser = world.browser().await;
    let answer = browser.post("/api/collection", person()).await;
    assert_eq!(answer.refusal(), (400, "INVALID_FIELD".into()));
    let violation =
        json!({"field": "documentNumber", "reason": "ID_CHECKSUM", "description": "请检查后重新填写"});
    assert_eq!(answer.json()["violations"], json!([violation]));
    assert!(!String::from_utf8_lossy(&answer.body).contains("6401"), "never repeats the value");

    let answer = browser.post("/api/collection", json!({"documentType": "LIBRARY_CARD"})).await;
    assert_eq!(answer.refusal(), (400, "INVALID_FIELD".into()));
    assert_eq!(answer.json()["violations"][0]["field"], "documentType");
}

#[tokio::test]
async fn without_its_cookie_there_is_no_collection() {
    let world = World::start().await;
    let mut browser = world.browser().await;
    let consent = json!({"consent": {"version": "1", "textSha256": "ab"}});
    let calls = [
        ("/api/collection/face", consent),
        ("/api/collection/face/complete", json!({"faceSessionId": "x"})),
        ("/api/collection/code", json!({"mobile": "13800138000"})),
        ("/api/collection/finish", json!({})),
    ];
    for (path, body) in calls {
        assert_eq!(browser.post(path, body).await.refusal(), (404, "COLLECTION_NOT_FOUND".into()), "{path}");
    }
    assert_eq!(browser.get("/api/collection").await.refusal(), (404, "COLLECTION_NOT_FOUND".into()));
}

#[tokio::test]
async fn a_collection_that_is_over_is_forgotten() {
    let world = World::start().await;
    let gone = refusal(ErrorKind::NotFound, "COLLECTION_NOT_FOUND");
    world.script.refuse::<GetCollectionRequest, GetCollectionResponse>(gone);
    let mut browser = world.collecting().await;
    assert_eq!(browser.get("/api/collection").await.status, 404);
    assert!(!browser.cookies.contains_key("shiming_collection"));
}

#[tokio::test]
async fn consent_opens_a_face_session_and_its_result_is_redeemed() {
    let world = World::start().await;
    world.script.answer::<BeginCollectionFaceRequest, _>(BeginCollectionFaceResponse {
        face_session: Some(FaceSessionTicket {
            face_session_id: "f-1".into(),
            capture_token: "c-1".into(),
            expire_time: time(120),
            hosted: None,
        }),
    });
    world.script.answer::<CompleteCollectionFaceRequest, _>(CompleteCollectionFaceResponse {
        next_step: CollectionStep::Profile.into(),
        expire_time: time(900),
    });
    let mut browser = world.collecting().await;
    let consent = json!({"consent": {"version": "2026-11", "textSha256": "ab"}});
    let ticket = browser.post("/api/collection/face", consent).await.ok();
    assert_eq!(
        ticket,
        json!({"faceSessionId": "f-1", "captureToken": "c-1", "expireTime": "2026-11-01T08:02:00Z"})
    );
    let (_, asked) = world.script.only::<BeginCollectionFaceRequest>();
    assert_eq!(asked.collection_token, COLLECTION);
    let consent = asked.consent.unwrap();
    assert_eq!((consent.version.as_str(), consent.agree_time), ("2026-11", None));

    let answer = browser.post("/api/collection/face/complete", json!({"faceSessionId": "f-1"})).await;
    assert_eq!(answer.ok(), json!({"nextStep": "PROFILE", "expireTime": "2026-11-01T08:15:00Z"}));
    assert!(answer.set_cookie("shiming_collection").unwrap().contains("Max-Age=900"), "lives on");
}

#[tokio::test]
async fn a_code_is_sent_and_too_many_are_refused_with_the_wait() {
    let world = World::start().await;
    let sent = SendCollectionCodeResponse { lifetime: length(300), resend_after: length(60) };
    world.script.answer::<SendCollectionCodeRequest, _>(sent);
    let mut browser = world.collecting().await;
    let mobile = json!({"mobile": "13800138000"});
    let answer = browser.post("/api/collection/code", mobile.clone()).await.ok();
    assert_eq!(answer, json!({"lifetimeSeconds": 300, "resendAfterSeconds": 60}));
    assert_eq!(world.script.only::<SendCollectionCodeRequest>().1.mobile, "13800138000");

    let wait = Some(std::time::Duration::from_millis(41_500));
    let soon = refusal_with(ErrorKind::ResourceExhausted, "CODE_TOO_SOON", &[], wait);
    world.script.refuse::<SendCollectionCodeRequest, SendCollectionCodeResponse>(soon);
    let answer = browser.post("/api/collection/code", mobile).await;
    assert_eq!(answer.refusal(), (429, "CODE_TOO_SOON".into()));
    assert_eq!(answer.header("retry-after"), "42");
    assert_eq!(answer.json()["retryAfterSeconds"], 42);
}

#[tokio::test]
async fn a_finished_collection_leaves_no_token_behind() {
    let world = World::start().await;
    let person_id = "01890000-0000-7000-8000-0000000000aa";
    world
        .script
        .answer::<FinishCollectionRequest, _>(FinishCollectionResponse { person_id: person_id.into() });
    let mut browser = world.collecting().await;
    let form = json!({
        "mobile": "13800138000",
        "code": "123456",
        "profile": {
            "email": "a@x.cn", "nationality": "CN", "ethnicity": "01", "birthDate": "1990-03-07",
            "validFrom": "2020-01-01", "validUntil": "", "longTerm": true,
            "issuingAuthority": "银川市公安局", "address": "宁夏银川市"
        }
    });
    let dry = browser.post("/api/collection/finish?validateOnly=true", form.clone()).await;
    assert_eq!((dry.status, dry.set_cookies().len()), (200, 0));
    let answer = browser.post("/api/collection/finish", form).await;
    assert_eq!(answer.ok(), json!({"personId": person_id}));
    assert!(!browser.cookies.contains_key("shiming_collection"));
    let asked = world.script.seen::<FinishCollectionRequest>().remove(1).1;
    assert_eq!((asked.mobile.as_str(), asked.code.as_str()), ("13800138000", "123456"));
    let profile = asked.profile.unwrap();
    assert!(profile.long_term && profile.address == "宁夏银川市" && profile.birth_date == "1990-03-07");
}
