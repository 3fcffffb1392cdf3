//! Face-auth or its database dies while a face is being judged: the person tries again and passes, and nothing counts twice.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shiming_tests::{Answer, COMPLETE_COLLECTION_FACE, Journey, Part, World, actions};

/// A capture whose process died gives the session back after the engine's time and a little more.
const LAPSE: Duration = Duration::from_secs(45);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn face_auth_is_killed_while_it_judges() {
    let mut world = World::cluster(&[]).await;
    let boss = Journey::of_legal_representative(&world).await;
    let session = boss.begin_collection().await;
    let capture = capture_under_way(&world, &boss, &session).await;
    world.process(Part::FaceAuth).kill();
    assert_eq!(database(&world, "SELECT count(*) FROM face_sessions WHERE decide_time IS NOT NULL"), "0");
    refused_for_now(&capture.await.unwrap());
    world.process(Part::FaceAuth).restart();
    world.until_up().await;
    passes_in_the_end(&world, &boss, &session).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_goes_for_ten_seconds_while_a_face_is_judged() {
    let world = World::cluster(&[]).await;
    let boss = Journey::of_legal_representative(&world).await;
    let session = boss.begin_collection().await;
    let capture = capture_under_way(&world, &boss, &session).await;
    let gone = Instant::now();
    world.in_cluster().postgres.stop();
    refused_for_now(&capture.await.unwrap());
    tokio::time::sleep(Duration::from_secs(10).saturating_sub(gone.elapsed())).await;
    world.in_cluster().postgres.restart();
    world.until_up().await;
    passes_in_the_end(&world, &boss, &session).await;
}

/// Sends a capture that would pass, and comes back when its judgement has begun.
async fn capture_under_way(
    world: &World,
    boss: &Journey,
    session: &Value,
) -> tokio::task::JoinHandle<Answer> {
    let challenge = boss.browser.challenge(session).await.ok();
    let shots = boss.film.answers(&actions(&challenge));
    let (browser, session) = (boss.browser.clone(), session.clone());
    #[expect(clippy::disallowed_methods, reason = "awaited by the test")]
    let capture = tokio::spawn(async move { browser.capture(&session, &challenge, &shots).await });
    let started = Instant::now();
    while database(world, "SELECT count(*) FROM face_sessions WHERE capture_id IS NOT NULL") == "0" {
        assert!(!capture.is_finished(), "judged before anybody could look");
        assert!(started.elapsed() < Duration::from_secs(20), "never judged");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    capture
}

/// Says "later", in words.
#[track_caller]
fn refused_for_now(answer: &Answer) {
    let (status, reason) = answer.refusal();
    assert!(matches!(status, 503 | 504), "{status} {reason}");
    assert!(answer.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{}", answer.body);
}

/// In the same session, after it was given back; as if there had been one capture only.
async fn passes_in_the_end(world: &World, boss: &Journey, session: &Value) {
    let started = Instant::now();
    loop {
        let asked = boss.browser.challenge(session).await;
        if asked.status == 200 {
            let challenge = asked.ok();
            let shots = boss.film.answers(&actions(&challenge));
            boss.browser.capture(session, &challenge, &shots).await.ok();
            break;
        }
        let (status, reason) = asked.refusal();
        assert!(matches!(status, 409 | 503), "{status} {reason}");
        assert!(started.elapsed() < LAPSE, "the session stays taken: {reason}");
        // Patient enough for the gateway's limit on challenges.
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let redeem = json!({"faceSessionId": session["faceSessionId"]});
    boss.browser.call(COMPLETE_COLLECTION_FACE, redeem).await.ok();

    let who = json!({"document": boss.citizen.document(), "purpose": "系统测试"});
    let face = world.operator(Part::FaceAuth);
    let limits = face.call("shiming.face.v1.FaceLimitService/GetFaceLimits", &[who]).unwrap().remove(0);
    assert_eq!(limits["limits"], json!({"attemptsLeft": 5}), "nothing is counted that wasn't judged");
    assert_eq!(database(world, "SELECT count(*) FROM processing_records"), "1");
    assert_eq!(database(world, "SELECT count(*) FROM audit_log WHERE action = 'face_capture.passed'"), "1");
}

fn database(world: &World, query: &str) -> String {
    world.in_cluster().postgres.psql("face_auth", query)
}
