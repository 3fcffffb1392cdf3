use std::fs;
use std::path::PathBuf;

use serde_json::json;
use shiming_gateway::{DemoCitizen, DemoConfig};
use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{SetDemoReferenceRequest, SetDemoReferenceResponse};
use shiming_proto::messaging::v1::{DemoSms, ListDemoSmsRequest, ListDemoSmsResponse};
use shiming_proto::types::v1::DocumentType;

use crate::world::{Form, World, refusal, time};

const SMS: &str = "/api/shiming.messaging.v1.DemoSmsService/ListDemoSms";

/// The demo, with the people of this folder.
async fn demo_with(people: Option<PathBuf>) -> World {
    let citizen = DemoCitizen {
        name: "张三".into(),
        document_type: DocumentType::ResidentId,
        document_number: "640101199003070015".into(),
        mobile: "13800138000".into(),
        note: "办税员".into(),
    };
    World::with(|config| config.demo = Some(DemoConfig { citizens: vec![citizen], people })).await
}

async fn demo() -> World {
    demo_with(None).await
}

const CLIPS: [(&str, &str); 6] = [
    ("BLINK", "blink"),
    ("LOOK", "neutral"),
    ("NOD", "nod"),
    ("OPEN_MOUTH", "open-mouth"),
    ("TURN_LEFT", "turn-left"),
    ("TURN_RIGHT", "turn-right"),
];

/// Two frames of every clip, and the portrait.
fn people() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: String, bytes: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    for (_, clip) in CLIPS {
        put(format!("audun/{clip}/000.jpg"), format!("{clip} first").as_bytes());
        put(format!("audun/{clip}/001.jpg"), format!("{clip} second").as_bytes());
    }
    put("audun-again/neutral/012.jpg".into(), b"\xff\xd8\xff portrait");
    folder
}

fn form() -> Form {
    Form::new()
        .text("documentType", "DOCUMENT_TYPE_RESIDENT_ID")
        .text("documentNumber", "640101199003070015")
        .text("name", "张三")
}

#[tokio::test]
async fn outside_the_demo_there_is_no_demo() {
    let world = World::start().await;
    let mut browser = world.browser().await;
    let gone = (404, "METHOD_UNKNOWN".to_owned());
    assert_eq!(browser.get("/api/demo/sample-photo").await.refusal(), gone);
    assert_eq!(browser.get("/api/demo/clips/neutral").await.refusal(), gone);
    let bootstrap = browser.get("/api/bootstrap").await.ok();
    assert_eq!((&bootstrap["demo"], &bootstrap["demoClips"]), (&json!(false), &json!({})));
    assert_eq!(browser.post(SMS, json!({"mobile": "13800138000"})).await.refusal(), gone);
    assert_eq!(browser.upload("/api/demo/reference", form().file("photo", b"x")).await.refusal(), gone);
}

#[tokio::test]
async fn the_demo_shows_its_citizens() {
    let world = demo().await;
    let citizen = json!({
        "document": {"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": "640101199003070015", "name": "张三"},
        "mobile": "13800138000", "note": "办税员"
    });
    let answer = world.stranger().get("/api/bootstrap").await.ok();
    assert_eq!(answer, json!({"demo": true, "demoCitizens": [citizen], "demoClips": {}, "signedIn": false}));
}

#[tokio::test]
async fn the_sample_person_has_a_portrait_and_a_clip_for_every_action() {
    let folder = people();
    let world = demo_with(Some(folder.path().to_owned())).await;
    let mut browser = world.stranger();
    let clips = browser.get("/api/bootstrap").await.ok()["demoClips"].clone();
    let named = CLIPS.map(|(action, clip)| (action.to_owned(), json!(format!("/api/demo/clips/{clip}"))));
    assert_eq!(clips, json!(serde_json::Map::from_iter(named)));
    for (_, clip) in CLIPS {
        let answer = browser.get(&format!("/api/demo/clips/{clip}")).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "private, max-age=3600"));
        let boundary = answer.header("content-type").strip_prefix("multipart/form-data; boundary=").unwrap();
        let body = String::from_utf8(answer.body.clone()).unwrap();
        let frames: Vec<_> = body.split(&format!("--{boundary}")).map(str::trim).collect();
        assert_eq!((frames.len(), frames[0], frames[3]), (4, "", "--"));
        assert!(frames[1].ends_with(&format!("image/jpeg\r\n\r\n{clip} first")), "{body}");
        assert!(frames[2].ends_with(&format!("{clip} second")), "{body}");
    }
    let photo = browser.get("/api/demo/sample-photo").await;
    assert_eq!((photo.status, photo.header("content-type")), (200, "image/jpeg"));
    assert!(photo.body.starts_with(b"\xff\xd8\xff"));
}

#[tokio::test]
async fn no_clip_is_given_but_the_known_ones() {
    let folder = people();
    fs::write(folder.path().join("secret.jpg"), b"secret").unwrap();
    let world = demo_with(Some(folder.path().to_owned())).await;
    let mut browser = world.stranger();
    for name in [
        "none",
        "LOOK",
        "..",
        "%2e%2e",
        "..%2f..%2fsecret.jpg",
        "..%5Csecret",
        "neutral%2f000.jpg",
        "neutral%00",
    ] {
        let answer = browser.get(&format!("/api/demo/clips/{name}")).await;
        assert_eq!(answer.status, 404, "{name}");
    }
}

#[tokio::test]
async fn a_person_who_is_not_there_as_a_whole_is_not_there() {
    let folder = people();
    fs::remove_file(folder.path().join("audun/nod/000.jpg")).unwrap();
    for people in [None, Some("/nowhere".into()), Some(folder.path().to_owned())] {
        let world = demo_with(people).await;
        let mut browser = world.stranger();
        assert_eq!(browser.get("/api/bootstrap").await.ok()["demoClips"], json!({}));
        assert_eq!(browser.get("/api/demo/sample-photo").await.status, 404);
        assert_eq!(browser.get("/api/demo/clips/neutral").await.status, 404);
    }
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
    assert_eq!(document.r#type(), DocumentType::ResidentId);
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
        .request(reqwest::Method::POST, SMS)
        .header("x-csrf-token", token)
        .header("content-type", "application/json")
        .body(json!({"mobile": "13800138000"}).to_string());
    let answer = browser.send(request).await.ok();
    assert_eq!(answer, json!({"messages": [{"text": "验证码 123456", "sendTime": "2026-11-01T08:00:00Z"}]}));
    assert_eq!(world.script.only::<ListDemoSmsRequest>().1.mobile, "13800138000");
}
