//! What happens to whoever shows a face that isn't theirs, or isn't alive: refused, counted, told to the person concerned, and told nothing.

use std::collections::BTreeSet;

use serde_json::json;
use shiming_tests::{Answer, Citizen, Film, Journey, World};

const TITLE: &str = "有人尝试冒用您的人脸";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attack_in_one_process() {
    let world = World::embedded(&[]).await;
    attack(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attack_in_five_processes() {
    let world = World::cluster(&[]).await;
    attack(&world).await;
}

async fn attack(world: &World) {
    let owner = Journey::of_legal_representative(world).await;
    owner.collect(world).await;
    owner.log_in(world).await;
    let session = owner.begin_step_up().await;

    let thief = Film::franck();
    let refused = owner.browser.show(&session, |actions| thief.answers(actions)).await;
    assert_eq!(refused.refusal(), (401, "FACE_NOT_SAME"));
    says_no_more_than_attempts_left(&refused, "4");
    let refused = owner.browser.show(&session, |actions| owner.film.held_still(actions)).await;
    assert_eq!(refused.refusal(), (403, "LIVENESS_ATTACK"));
    says_no_more_than_attempts_left(&refused, "3");
    let redeem = json!({"faceSessionId": session["faceSessionId"]});
    let early = owner.browser.call("identity.v1.StepUpService/CompleteStepUp", redeem).await;
    assert_eq!(early.refusal(), (422, "FACE_NOT_FINISHED"));

    let told = owner.messages_titled(TITLE).await;
    assert_eq!(told.len(), 1, "of the attack, once; somebody else's face may be a mistake: {told:?}");
    assert!(told[0]["body"].as_str().unwrap().contains("主管税务机关"), "{told:?}");
    owner.show_face(&session).await.ok();
    let records = owner.browser.read("identity.v1.ConsentService/ListFaceProcessing").await.ok();
    let results: Vec<_> = records["records"].as_array().unwrap().iter().map(|one| &one["result"]).collect();
    assert_eq!(results, ["PASSED", "LIVENESS_ATTACK", "FACE_NOT_SAME", "PASSED"]);
}

/// Neither a score, nor a threshold, nor what gave the attack away.
#[track_caller]
fn says_no_more_than_attempts_left(refused: &Answer, left: &str) {
    let names: BTreeSet<_> = refused.body.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["detail", "metadata", "reason", "requestId", "status", "title", "type", "violations"];
    assert_eq!(names, expected.into(), "{}", refused.body);
    assert_eq!(refused.body["metadata"], json!({"attempts_left": left}));
    assert_eq!(refused.body["violations"], json!([]));
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains(&format!("{left}次")) && detail.contains("办税服务厅"), "{detail}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_browser_can_not_try_faces_on_many_people() {
    let world = World::embedded(&[("SHIMING_FACE_AUTH__LIMITS__DEVICE__ATTEMPTS_PER_DAY", "2".into())]).await;
    let thief = Film::franck();
    let gang = Journey::begin(&world, Citizen::LEGAL_REPRESENTATIVE, Film::audun()).await;
    let next = Journey { citizen: Citizen::CLERK, ..gang.clone() };
    world.set_reference(&next.citizen, &gang.film.portrait()).await;
    for victim in [&gang, &next] {
        let session = victim.begin_collection().await;
        let refused = victim.browser.show(&session, |actions| thief.answers(actions)).await;
        assert_eq!(refused.refusal(), (401, "FACE_NOT_SAME"));
        assert_eq!(refused.body["metadata"]["attempts_left"], "4", "of each person's own");
    }
    let session = gang.begin_collection().await;
    let refused = gang.browser.challenge(&session).await;
    assert_eq!(refused.refusal(), (429, "FACE_RETRY_EXHAUSTED"), "the browser's day, not the person's");
    // The person themself, with a browser of their own.
    let owner = Journey { browser: world.browser().await, ..gang };
    owner.collect_face().await;
}
