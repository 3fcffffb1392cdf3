//! What never reaches a log: names, numbers, mobiles, codes, tokens, nonces, pictures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use shiming_tests::{COMPLETE_COLLECTION_FACE, Citizen, ENTERPRISE, Film, Journey, Part, World, actions};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_a_journey_names_nobody() {
    let world = World::embedded(&[
        ("SHIMING_ALL_IN_ONE__TELEMETRY__LOG_LEVEL", "debug".into()),
        ("SHIMING_ALL_IN_ONE__TELEMETRY__LOG_FORMAT", "json".into()),
    ])
    .await;
    names_nobody(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_logs_of_five_processes_name_nobody() {
    let world = World::cluster(&Part::ALL.map(|part| (part, "TELEMETRY__LOG_LEVEL", "debug".into()))).await;
    let legal = Citizen::LEGAL_REPRESENTATIVE.document();
    world.import_registry(&[json!({"row_id": "1", "unified_social_credit_code": ENTERPRISE,
        "name": "宁夏塞上示例科技有限公司", "status": "ENTERPRISE_STATUS_NORMAL", "legal_representative": legal})]);
    names_nobody(&world).await;
}

async fn names_nobody(world: &World) {
    let clerk = Journey::of_clerk(world).await;
    let mut secrets = faces(&clerk).await;
    let code = clerk.collection_code(world).await;
    clerk.finish_collection(&code).await.ok();
    clerk.log_in(world).await;
    clerk.apply(ENTERPRISE).await.ok();
    secrets.extend([code, clerk.browser.cookie("shiming_session").unwrap()]);
    secrets.push(world.newest_code(clerk.citizen.mobile).await.unwrap());
    let Citizen { name, number, mobile, birth_date } = clerk.citizen;
    secrets.extend([name, number, mobile, birth_date, "王建国", "示例路1号"].map(ToOwned::to_owned));

    let output = world.output();
    assert!(output.lines().count() > 30, "something was logged");
    assert!(output.contains("a capture looks like an attack"), "the attack too");
    let log: String = output.lines().filter(|line| !line.starts_with("[演示短信]")).collect();
    for secret in secrets {
        assert!(!log.contains(&secret), "the log holds {secret:?}");
    }
}

/// Collects the face after a stranger and a still photo were refused; what none of it may tell.
async fn faces(clerk: &Journey) -> Vec<String> {
    let session = clerk.begin_collection().await;
    let mut secrets = vec![session["captureToken"].as_str().unwrap().to_owned()];
    let stranger = Film::audun();
    for reason in ["FACE_NOT_SAME", "LIVENESS_ATTACK", ""] {
        let challenge = clerk.browser.challenge(&session).await.ok();
        let asked = actions(&challenge);
        let shots = match reason {
            "FACE_NOT_SAME" => stranger.answers(&asked),
            "LIVENESS_ATTACK" => clerk.film.held_still(&asked),
            _ => clerk.film.answers(&asked),
        };
        let answer = clerk.browser.capture(&session, &challenge, &shots).await;
        assert_eq!(answer.body["reason"].as_str().unwrap_or_default(), reason, "{}", answer.body);
        secrets.push(challenge["nonce"].as_str().unwrap().to_owned());
        // Some of a picture, past the header that all JPEG files share.
        let picture = &shots[0].image[3000..3030];
        secrets
            .extend([STANDARD.encode(picture), format!("{picture:?}").trim_matches(['[', ']']).to_owned()]);
    }
    let redeemed = json!({"faceSessionId": session["faceSessionId"]});
    clerk.browser.call(COMPLETE_COLLECTION_FACE, redeemed).await.ok();
    secrets
}
