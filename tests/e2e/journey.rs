//! One journey, both ways of running.

use serde_json::json;
use shiming_tests::{ENTERPRISE, Journey, Part, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journey_in_one_process() {
    let world = World::embedded(&[]).await;
    journey(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journey_in_five_processes() {
    let world = World::cluster(&[]).await;
    let legal = shiming_tests::Citizen::LEGAL_REPRESENTATIVE;
    world.import_registry(&[
        json!({"row_id": "1", "unified_social_credit_code": ENTERPRISE, "name": "宁夏塞上示例科技有限公司",
        "status": "ENTERPRISE_STATUS_NORMAL", "legal_representative": legal.document()}),
    ]);
    journey(&world).await;
    for part in Part::SERVICES {
        assert!(world.operator(part).ask(&["list"]).unwrap().contains("shiming."));
    }
}

async fn journey(world: &World) {
    let boss = Journey::of_legal_representative(world).await;
    boss.collect(world).await;
    boss.log_in(world).await;
    let refused = boss.browser.post("/api/bindings/refresh", json!({})).await;
    assert_eq!(refused.refusal(), (422, "STEP_UP_REQUIRED"));
    boss.step_up().await;
    let bound = boss.refresh().await;
    assert_eq!(bound["bindings"][0]["role"], "LEGAL_REPRESENTATIVE");
    assert_eq!(bound["bindings"][0]["state"], "ACTIVE");

    let clerk = Journey::of_clerk(world).await;
    clerk.collect(world).await;
    clerk.log_in(world).await;
    assert_eq!(clerk.apply(ENTERPRISE).await.ok()["binding"]["state"], "PENDING");
    assert_eq!(clerk.apply(ENTERPRISE).await.refusal(), (409, "BINDING_EXISTS"));

    assert_eq!(boss.open_todos().await.len(), 1);
    assert_eq!(boss.decide("APPROVE").await.ok()["application"]["state"], "ACTIVE");
    assert_eq!(clerk.messages_titled("办税身份申请已同意").await.len(), 1);

    let bindings = clerk.browser.get("/api/bindings?state=ACTIVE").await.ok();
    let path = format!("/api/bindings/{}/switch", bindings["bindings"][0]["bindingId"].as_str().unwrap());
    clerk.browser.post(&path, json!({})).await.ok();
    let session = clerk.browser.get("/api/session").await.ok();
    assert_eq!(session["session"]["enterpriseId"], bindings["bindings"][0]["enterprise"]["enterpriseId"]);

    clerk.browser.post("/api/logout", json!({})).await.ok();
    assert_eq!(clerk.browser.get("/api/session").await.refusal(), (401, "SESSION_REQUIRED"));
}
