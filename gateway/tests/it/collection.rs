use serde_json::{Value, json};
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::{
    CollectionStep, SendCollectionCodeRequest, SendCollectionCodeResponse, StartCollectionRequest,
    StartCollectionResponse,
};
use shiming_proto::types::v1::DocumentType;

use crate::world::{COLLECTION, World, length, refusal_with, time};

fn person() -> Value {
    json!({"document": {"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": "640101199003070015", "name": "张三"}})
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
    let answer = browser.post("/api/shiming.identity.v1.CollectionService/StartCollection", person()).await;
    assert_eq!(
        answer.ok(),
        json!({
            "nextStep": "COLLECTION_STEP_FACE",
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
async fn a_code_is_sent_and_too_many_are_refused_with_the_wait() {
    let world = World::start().await;
    let sent = SendCollectionCodeResponse { lifetime: length(300), resend_after: length(60) };
    world.script.answer::<SendCollectionCodeRequest, _>(sent);
    let mut browser = world.collecting().await;
    let mobile = json!({"mobile": "13800138000"});
    let answer = browser
        .post("/api/shiming.identity.v1.CollectionService/SendCollectionCode", mobile.clone())
        .await
        .ok();
    assert_eq!(answer, json!({"lifetime": "300s", "resendAfter": "60s"}));
    assert_eq!(world.script.only::<SendCollectionCodeRequest>().1.mobile, "13800138000");

    let wait = Some(std::time::Duration::from_millis(41_500));
    let soon = refusal_with(ErrorKind::ResourceExhausted, "CODE_TOO_SOON", &[], wait);
    world.script.refuse::<SendCollectionCodeRequest, SendCollectionCodeResponse>(soon);
    let answer = browser.post("/api/shiming.identity.v1.CollectionService/SendCollectionCode", mobile).await;
    assert_eq!(answer.refusal(), (429, "CODE_TOO_SOON".into()));
    assert_eq!(answer.header("retry-after"), "42");
    assert_eq!(answer.json()["retryAfterSeconds"], 42);
}
