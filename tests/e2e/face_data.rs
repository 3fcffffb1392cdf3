//! 人脸信息与授权 over HTTP: a person withdraws the consent, the face data goes, and the proof of it holds.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shiming_tests::{Journey, Part, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_in_one_process() {
    let world = World::embedded(&[]).await;
    withdrawal(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_in_five_processes() {
    let world = World::cluster(&[]).await;
    withdrawal(&world).await;
}

async fn withdrawal(world: &World) {
    let owner = Journey::of_legal_representative(world).await;
    owner.collect(world).await;
    owner.log_in(world).await;
    let given = owner.browser.get("/api/consents").await.ok();
    assert_eq!(given["consents"].as_array().unwrap().len(), 1, "{given}");
    let consent = given["consents"][0]["consentId"].as_str().unwrap();
    let path = format!("/api/consents/{consent}/withdraw");
    let withdrawn = owner.browser.post(&path, json!({})).await.ok();
    assert!(withdrawn["withdrawal"]["withdrawTime"].is_string(), "{withdrawn}");

    let erased = erased(&owner).await;
    assert_eq!(erased["counts"]["references"], 1, "{erased}");
    let path = format!("/api/face-data/erasures/{}/proof", erased["erasureId"].as_str().unwrap());
    let kept = owner.browser.get(&path).await.ok();
    assert_eq!((&kept["erasureId"], &kept["counts"]), (&erased["erasureId"], &erased["counts"]));
    proves(world, &kept);
    let stranger = Journey::of_clerk(world).await;
    stranger.collect(world).await;
    stranger.log_in(world).await;
    assert!(stranger.browser.get(&path).await.status == 404, "of nobody else");

    // Agreed to anew, but the authority's photo is gone until it is imported again.
    let session = owner.begin_step_up().await;
    let refused = owner.show_face(&session).await;
    assert_eq!(refused.refusal().1, "NO_AUTHORITATIVE_PHOTO", "{}", refused.body);
    world.set_reference(&owner.citizen, &owner.film.portrait()).await;
    owner.step_up().await;
}

/// The withdrawal, once the erasure is done.
async fn erased(owner: &Journey) -> Value {
    let started = Instant::now();
    loop {
        let mut page = owner.browser.get("/api/consents").await.ok();
        let withdrawal = page["consents"][0]["withdrawal"].take();
        if withdrawal["state"] == "ERASED" {
            return withdrawal;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "not erased: {withdrawal}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whoever is shown the proof can have it checked; a changed one is none.
fn proves(world: &World, kept: &Value) {
    let verify = |proof: &str| {
        let face = world.operator(Part::FaceAuth);
        face.call("shiming.face.v1.FaceDataService/VerifyErasureProof", &[json!({"proof": proof})])
            .unwrap()
            .remove(0)
    };
    let proof = kept["proof"].as_str().unwrap();
    let judged = verify(proof);
    assert_eq!(judged["valid"], true, "{judged}");
    assert_eq!(judged["claims"]["erasureId"], kept["erasureId"]);
    let (signed, signature) = proof.rsplit_once('.').unwrap();
    let (head, rest) = signature.split_at(10);
    let other = if rest.starts_with('A') { "B" } else { "A" };
    let forged = verify(&format!("{signed}.{head}{other}{}", &rest[1..]));
    assert!(forged.get("valid").is_none_or(|valid| valid == false), "{forged}");
}
