//! One journey, both ways of running.

use serde_json::json;
use shiming_tests::{ENTERPRISE, Journey, Part, REFRESH_BINDINGS, World};

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
    let refused = boss.browser.call(REFRESH_BINDINGS, json!({})).await;
    assert_eq!(refused.refusal(), (422, "STEP_UP_REQUIRED"));
    boss.step_up().await;
    let bound = boss.refresh().await;
    assert_eq!(bound["bindings"][0]["role"], "ROLE_LEGAL_REPRESENTATIVE");
    assert_eq!(bound["bindings"][0]["state"], "BINDING_STATE_ACTIVE");

    let clerk = Journey::of_clerk(world).await;
    clerk.collect(world).await;
    clerk.log_in(world).await;
    assert_eq!(clerk.apply(ENTERPRISE).await.ok()["binding"]["state"], "BINDING_STATE_PENDING");
    assert_eq!(clerk.apply(ENTERPRISE).await.refusal(), (409, "BINDING_EXISTS"));

    assert_eq!(boss.open_todos().await.len(), 1);
    assert_eq!(boss.decide("DECISION_APPROVE").await.ok()["application"]["state"], "BINDING_STATE_ACTIVE");
    assert_eq!(clerk.messages_titled("办税身份申请已同意").await.len(), 1);

    let active = "enterprise.v1.BindingService/ListBindings?states=BINDING_STATE_ACTIVE";
    let bindings = clerk.browser.read(active).await.ok();
    let switch = json!({"bindingId": bindings["bindings"][0]["bindingId"]});
    clerk.browser.call("enterprise.v1.BindingService/SwitchEnterprise", switch).await.ok();
    let session = clerk.browser.read("identity.v1.SessionService/GetSession").await.ok();
    assert_eq!(session["session"]["enterpriseId"], bindings["bindings"][0]["enterprise"]["enterpriseId"]);

    clerk.browser.call("identity.v1.SessionService/LogOut", json!({})).await.ok();
    let gone = clerk.browser.read("identity.v1.SessionService/GetSession").await;
    assert_eq!(gone.refusal(), (401, "SESSION_REQUIRED"));
}
