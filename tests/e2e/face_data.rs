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
    let given = owner.browser.read("identity.v1.ConsentService/ListConsents").await.ok();
    assert_eq!(given["consents"].as_array().unwrap().len(), 1, "{given}");
    let withdraw = json!({"consentId": given["consents"][0]["consentId"]});
    let withdrawn = owner.browser.call("identity.v1.ConsentService/WithdrawConsent", withdraw).await.ok();
    assert!(withdrawn["withdrawal"]["withdrawTime"].is_string(), "{withdrawn}");

    let erased = erased(&owner).await;
    assert_eq!(erased["counts"]["references"], 1, "{erased}");
    let erasure_id = erased["erasureId"].as_str().unwrap();
    let proof = format!("identity.v1.ConsentService/GetErasureProof?erasureId={erasure_id}");
    let kept = owner.browser.read(&proof).await.ok()["erasure"].take();
    assert_eq!((&kept["erasureId"], &kept["counts"]), (&erased["erasureId"], &erased["counts"]));
    proves(world, &kept);
    let stranger = Journey::of_clerk(world).await;
    stranger.collect(world).await;
    stranger.log_in(world).await;
    assert!(stranger.browser.read(&proof).await.status == 404, "of nobody else");

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
        let mut page = owner.browser.read("identity.v1.ConsentService/ListConsents").await.ok();
        let withdrawal = page["consents"][0]["withdrawal"].take();
        if withdrawal["state"] == "WITHDRAWAL_STATE_ERASED" {
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
