//! kill -9 of every process in the middle of the journey.

use serde_json::json;
use shiming_tests::{COMPLETE_COLLECTION_FACE, Citizen, ENTERPRISE, Journey, Part, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journey_survives_the_crash_of_every_process() {
    let mut world = World::cluster(&[]).await;
    world.import_registry(&[json!({"row_id": "1", "unified_social_credit_code": ENTERPRISE, "name": "宁夏塞上示例科技有限公司",
        "status": "ENTERPRISE_STATUS_NORMAL", "legal_representative": Citizen::LEGAL_REPRESENTATIVE.document()})]);

    // face-auth dies between the passed capture and the redemption of its result.
    let boss = Journey::of_legal_representative(&world).await;
    let session = boss.begin_collection().await;
    boss.show_face(&session).await.ok();
    world.crash(Part::FaceAuth).await;
    let redeem = json!({"faceSessionId": session["faceSessionId"]});
    boss.browser.call(COMPLETE_COLLECTION_FACE, redeem).await.ok();

    // identity dies between the face and the form.
    world.crash(Part::Identity).await;
    assert_eq!(
        boss.browser.read("identity.v1.CollectionService/GetCollection").await.ok()["nextStep"],
        "COLLECTION_STEP_PROFILE"
    );
    let code = boss.collection_code(&world).await;
    // messaging dies with the code on its way in people's hands.
    world.crash(Part::Messaging).await;
    boss.finish_collection(&code).await.ok();
    assert_eq!(boss.messages_after_login(&world, "实名采集已完成").await, 1);

    // identity dies under a session.
    world.crash(Part::Identity).await;
    boss.step_up().await;
    boss.refresh().await;

    let clerk = Journey::of_clerk(&world).await;
    clerk.collect(&world).await;
    clerk.log_in(&world).await;
    // messaging is down when the application is made; enterprise-binding dies before it can tell.
    world.process(Part::Messaging).kill();
    clerk.apply(ENTERPRISE).await.ok();
    world.process(Part::EnterpriseBinding).kill();
    world.process(Part::EnterpriseBinding).restart();
    world.process(Part::Messaging).restart();
    world.until_up().await;
    assert_eq!(boss.open_todos().await.len(), 1);

    // The gateway dies between the click and the next page.
    boss.decide("DECISION_APPROVE").await.ok();
    world.crash(Part::Gateway).await;
    world.crash(Part::EnterpriseBinding).await;
    assert_eq!(clerk.messages_titled("办税身份申请已同意").await.len(), 1);
    world.crash(Part::Messaging).await;
    assert_eq!(clerk.messages_titled("办税身份申请已同意").await.len(), 1, "exactly once");
    assert_eq!(clerk.messages_titled("办税身份申请已提交").await.len(), 1, "exactly once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_all_in_one_keeps_what_it_acknowledged() {
    let mut world = World::embedded(&[]).await;
    let boss = Journey::of_legal_representative(&world).await;
    boss.collect_face().await;
    world.crash(Part::Gateway).await;
    assert_eq!(
        boss.browser.read("identity.v1.CollectionService/GetCollection").await.ok()["nextStep"],
        "COLLECTION_STEP_PROFILE"
    );
    let code = boss.collection_code(&world).await;
    boss.finish_collection(&code).await.ok();
    world.crash(Part::Gateway).await;
    assert_eq!(boss.messages_after_login(&world, "实名采集已完成").await, 1);
}
