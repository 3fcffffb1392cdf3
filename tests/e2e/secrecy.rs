//! What never reaches a log: names, numbers, mobiles, codes, tokens, pictures.

use shiming_tests::{Citizen, ENTERPRISE, Journey, Photos, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_a_journey_names_nobody() {
    let world = World::embedded(&[
        ("SHIMING_ALL_IN_ONE__TELEMETRY__LOG_LEVEL", "debug".into()),
        ("SHIMING_ALL_IN_ONE__TELEMETRY__LOG_FORMAT", "json".into()),
    ])
    .await;
    let photos = Photos::brought();
    let clerk = Journey::of_clerk(&world, &photos).await;
    clerk.collect_face().await;
    let code = clerk.collection_code(&world).await;
    clerk.finish_collection(&code).await.ok();
    clerk.log_in(&world).await;
    clerk.apply(ENTERPRISE).await.ok();
    let session = clerk.browser.cookie("shiming_session").unwrap();
    let login_code = world.newest_code(clerk.citizen.mobile).await.unwrap();

    let output = world.output();
    assert!(output.lines().count() > 30, "something was logged");
    let log: String = output.lines().filter(|line| !line.starts_with("[演示短信]")).collect();
    let Citizen { name, number, mobile, birth_date } = clerk.citizen;
    for secret in [name, number, mobile, birth_date, &code, &login_code, &session, "王建国", "示例路1号"]
    {
        assert!(!log.contains(secret), "the log holds {secret:?}");
    }
}
