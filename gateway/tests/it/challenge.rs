use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{
    IssueChallengeRequest, IssueChallengeResponse, LivenessAction, LivenessChallenge,
};

use crate::world::{World, refusal, refusal_with, time};

const PATH: &str = "/api/shiming.face.v1.FaceSessionService/IssueChallenge";

fn issued() -> IssueChallengeResponse {
    let actions = [LivenessAction::TurnLeft, LivenessAction::OpenMouth, LivenessAction::Blink];
    let challenge = LivenessChallenge {
        nonce: "n-1".into(),
        actions: actions.map(i32::from).to_vec(),
        expire_time: time(60),
        frames_per_step: 8,
        step_time: Some(prost_types::Duration { seconds: 2, nanos: 500_000_000 }),
    };
    IssueChallengeResponse { challenge: Some(challenge) }
}

#[tokio::test]
async fn an_action_of_a_newer_engine_is_not_hidden() {
    let world = World::start().await;
    let mut issued = issued();
    issued.challenge.as_mut().unwrap().actions = vec![1, 4711];
    world.script.answer::<IssueChallengeRequest, _>(issued);
    let answer =
        world.browser().await.post(PATH, json!({"faceSessionId": "f-1", "captureToken": "c-1"})).await;
    assert_eq!(answer.ok()["challenge"]["actions"], json!(["LIVENESS_ACTION_BLINK", 4711]));
}

#[tokio::test]
async fn refusals_reach_the_page_with_their_facts() {
    let world = World::start().await;
    let mut browser = world.browser().await;
    let locked = [("until", "2026-11-02T00:00:00Z")];
    let cases = [
        (refusal(ErrorKind::NotFound, "FACE_SESSION_NOT_FOUND"), 404, json!({})),
        (refusal(ErrorKind::FailedPrecondition, "FACE_SESSION_EXPIRED"), 422, json!({})),
        (
            refusal_with(ErrorKind::ResourceExhausted, "FACE_LOCKED", &locked, None),
            429,
            json!({"until": locked[0].1}),
        ),
    ];
    for (status, code, metadata) in cases {
        world.script.refuse::<IssueChallengeRequest, IssueChallengeResponse>(status);
        let answer = browser.post(PATH, json!({"faceSessionId": "f-1", "captureToken": "c-1"})).await;
        assert_eq!(answer.refusal().0, code);
        assert_eq!(answer.json()["metadata"], metadata);
    }
}

#[tokio::test]
async fn challenges_are_limited_apart_from_captures() {
    let world = World::with(|config| config.limits.challenges.per_browser = 2).await;
    world.script.answer::<IssueChallengeRequest, _>(issued());
    let mut browser = world.browser().await;
    for _ in 0..2 {
        assert_eq!(
            browser.post(PATH, json!({"faceSessionId": "f-1", "captureToken": "c-1"})).await.status,
            200
        );
    }
    let third = browser.post(PATH, json!({"faceSessionId": "f-1", "captureToken": "c-1"})).await;
    assert_eq!(third.refusal(), (429, "TOO_MANY_REQUESTS".into()));
}
