use serde_json::json;
use shiming_gateway::{DemoCitizen, DemoConfig, DocumentType};
use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{SetDemoReferenceRequest, SetDemoReferenceResponse};
use shiming_proto::messaging::v1::{DemoSms, ListDemoSmsRequest, ListDemoSmsResponse};
use shiming_proto::types::v1::DocumentType as WireDocumentType;

use crate::world::{Form, World, refusal, time};

async fn demo() -> World {
    let citizen = DemoCitizen {
        name: "张三".into(),
        document_type: DocumentType::ResidentId,
        document_number: "640101199003070015".into(),
        mobile: "13800138000".into(),
        note: "办税员".into(),
    };
    World::with(|config| config.demo = Some(DemoConfig { citizens: vec![citizen] })).await
}

fn form() -> Form {
    Form::new()
        .text("documentType", "RESIDENT_ID")
        .text("documentNumber", "640101199003070015")
        .text("name", "张三")
}

#[tokio::test]
async fn outside_the_demo_there_is_no_demo() {
    let world = World::start().await;
    let mut browser = world.browser().await;
    let gone = (404, "METHOD_UNKNOWN".to_owned());
    assert_eq!(browser.get("/api/demo/sample-photo").await.refusal(), gone);
    assert_eq!(browser.post("/api/demo/sms", json!({"mobile": "13800138000"})).await.refusal(), gone);
    assert_eq!(browser.upload("/api/demo/reference", form().file("photo", b"x")).await.refusal(), gone);
}

#[tokio::test]
async fn the_demo_shows_its_citizens() {
    let world = demo().await;
    let citizen = json!({
        "name": "张三", "documentType": "RESIDENT_ID", "documentNumber": "640101199003070015",
        "mobile": "13800138000", "note": "办税员"
    });
    let answer = world.stranger().get("/api/bootstrap").await.ok();
    assert_eq!(answer, json!({"demo": true, "demoCitizens": [citizen], "signedIn": false}));
}

#[tokio::test]
async fn the_sample_photo_is_a_jpeg() {
    let answer = demo().await.stranger().get("/api/demo/sample-photo").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"));
    assert!(answer.body.starts_with(b"\xff\xd8\xff"));
}

#[tokio::test]
async fn a_reference_photo_is_set() {
    let world = demo().await;
    world.script.answer::<SetDemoReferenceRequest, _>(SetDemoReferenceResponse {});
    let mut browser = world.browser().await;
    let photo = vec![7; 2 * 1024 * 1024];
    let answer = browser.upload("/api/demo/reference", form().file("photo", &photo)).await;
    assert_eq!(answer.ok(), json!({}));
    let (_, asked) = world.script.only::<SetDemoReferenceRequest>();
    let document = asked.document.unwrap();
    assert_eq!(document.r#type(), WireDocumentType::ResidentId);
    assert_eq!((document.number.as_str(), document.name.as_str()), ("640101199003070015", "张三"));
    assert!(asked.photo == photo && asked.request_id.len() == 36);

    let answer = browser.upload("/api/demo/reference", form()).await;
    assert_eq!(answer.json()["violations"][0]["field"], "photo");
    let wrong = Form::new().text("documentType", "CAT").file("photo", b"x");
    let answer = browser.upload("/api/demo/reference", wrong).await;
    assert_eq!(answer.json()["violations"][0]["field"], "documentType");
    let two = refusal(ErrorKind::FailedPrecondition, "CAPTURE_QUALITY");
    world.script.refuse::<SetDemoReferenceRequest, SetDemoReferenceResponse>(two);
    let answer = browser.upload("/api/demo/reference", form().file("photo", b"x")).await;
    assert_eq!(answer.refusal(), (422, "CAPTURE_QUALITY".into()));
}

#[tokio::test]
async fn the_demo_phone_shows_what_it_received() {
    let world = demo().await;
    let sms = DemoSms { text: "验证码 123456".into(), send_time: time(0) };
    world.script.answer::<ListDemoSmsRequest, _>(ListDemoSmsResponse { messages: vec![sms] });
    let mut browser = world.browser().await;
    let token = browser.cookies["shiming_csrf"].clone();
    // Without an Idempotency-Key: nothing is changed.
    let request = browser
        .request(reqwest::Method::POST, "/api/demo/sms")
        .header("x-csrf-token", token)
        .header("content-type", "application/json")
        .body(json!({"mobile": "13800138000"}).to_string());
    let answer = browser.send(request).await.ok();
    assert_eq!(answer, json!({"messages": [{"text": "验证码 123456", "sendTime": "2026-11-01T08:00:00Z"}]}));
    assert_eq!(world.script.only::<ListDemoSmsRequest>().1.mobile, "13800138000");
}
