use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::{
    BeginStepUpRequest, BeginStepUpResponse, CompleteStepUpRequest, CompleteStepUpResponse, FaceSessionTicket,
};

use crate::login::{session, session_json};
use crate::world::{TOKEN, World, refusal, time};

#[tokio::test]
async fn a_face_check_gives_the_session_a_new_token() {
    let world = World::start().await;
    let ticket = FaceSessionTicket {
        face_session_id: "f-2".into(),
        capture_token: "c-2".into(),
        expire_time: time(120),
        hosted: None,
    };
    world.script.answer::<BeginStepUpRequest, _>(BeginStepUpResponse { face_session: Some(ticket) });
    let raised = CompleteStepUpResponse { session_token: "bmV3LXRva2Vu".into(), session: Some(session()) };
    world.script.answer::<CompleteStepUpRequest, _>(raised);
    let mut browser = world.signed_in().await;
    let consent = json!({"consent": {"version": "2026-11", "textSha256": "ab"}});
    let ticket = browser.post("/api/step-up", consent).await.ok();
    assert_eq!(
        ticket,
        json!({"faceSessionId": "f-2", "captureToken": "c-2", "expireTime": "2026-11-01T08:02:00Z"})
    );
    let answer = browser.post("/api/step-up/complete", json!({"faceSessionId": "f-2"})).await;
    assert_eq!(answer.ok(), json!({"session": session_json()}));
    assert_eq!(browser.cookies["shiming_session"], "bmV3LXRva2Vu");
    let (metadata, asked) = world.script.only::<CompleteStepUpRequest>();
    assert_eq!(metadata.get("x-shiming-session").unwrap(), TOKEN);
    assert_eq!(asked.face_session_id, "f-2");
}

#[tokio::test]
async fn consent_to_an_old_text_is_refused() {
    let world = World::start().await;
    let stale = refusal(ErrorKind::FailedPrecondition, "CONSENT_REQUIRED");
    world.script.refuse::<BeginStepUpRequest, BeginStepUpResponse>(stale);
    let mut browser = world.signed_in().await;
    let consent = json!({"consent": {"version": "2020-01", "textSha256": "ab"}});
    let answer = browser.post("/api/step-up", consent).await;
    assert_eq!(answer.refusal(), (422, "CONSENT_REQUIRED".into()));
    let answer = browser.post("/api/step-up", json!({})).await;
    assert_eq!(
        answer.json()["violations"][0],
        json!({"field": "consent", "reason": "REQUIRED", "description": "缺少必填的内容"})
    );
}
