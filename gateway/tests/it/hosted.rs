use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{CheckHostedFaceRequest, CheckHostedFaceResponse, FaceProvider, HostedCheck};
use shiming_proto::identity::v1::{
    BeginCollectionFaceRequest, BeginCollectionFaceResponse, FaceSessionTicket,
};

use crate::world::{World, refusal, time};

const PATH: &str = "/api/face/f-1/hosted";

#[tokio::test]
async fn a_ticket_may_lead_to_a_providers_own_check() {
    let world = World::start().await;
    let hosted =
        HostedCheck { provider: FaceProvider::Wechat.into(), url: String::new(), verify_id: "v-1".into() };
    world.script.answer::<BeginCollectionFaceRequest, _>(BeginCollectionFaceResponse {
        face_session: Some(FaceSessionTicket {
            face_session_id: "f-1".into(),
            capture_token: "c-1".into(),
            expire_time: time(120),
            hosted: Some(hosted),
        }),
    });
    let mut browser = world.collecting().await;
    let consent = json!({"consent": {"version": "2026-11", "textSha256": "ab"}});
    let ticket = browser.post("/api/collection/face", consent).await.ok();
    assert_eq!(ticket["hosted"], json!({"provider": "WECHAT", "url": "", "verifyId": "v-1"}));
}

#[tokio::test]
async fn the_service_is_asked_what_came_of_it() {
    let world = World::start().await;
    world.script.answer::<CheckHostedFaceRequest, _>(CheckHostedFaceResponse {
        face_session_id: "f-1".into(),
        result_expire_time: time(300),
    });
    let mut browser = world.browser().await;
    let answer = browser.post(PATH, json!({"captureToken": "c-1", "clientCode": 90003})).await;
    assert_eq!(answer.ok(), json!({"resultExpireTime": "2026-11-01T08:05:00Z"}));
    let (_, asked) = world.script.only::<CheckHostedFaceRequest>();
    assert_eq!((asked.face_session_id.as_str(), asked.capture_token.as_str()), ("f-1", "c-1"));
    assert_eq!((asked.client_code, asked.validate_only), (90003, false));
    assert!(!asked.request_id.is_empty());
}

#[tokio::test]
async fn what_is_refused_is_told() {
    let world = World::start().await;
    let unfinished = refusal(ErrorKind::FailedPrecondition, "FACE_NOT_FINISHED");
    world.script.refuse::<CheckHostedFaceRequest, CheckHostedFaceResponse>(unfinished);
    let mut browser = world.browser().await;
    let answer = browser.post(PATH, json!({"captureToken": "c-1"})).await;
    assert_eq!(answer.refusal().1, "FACE_NOT_FINISHED");
    let wrong = browser.post(PATH, json!({"clientCode": 1})).await;
    assert_eq!(wrong.refusal(), (400, "INVALID_FIELD".into()));
}
