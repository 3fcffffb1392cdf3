//! The database or Redis gone for a while: a clear refusal within the deadline, and everything as before when it is back.

use std::time::{Duration, Instant};

use shiming_tests::{Answer, Citizen, Journey, START_COLLECTION, World};

const GET_PROFILE: &str = "identity.v1.PersonService/GetProfile";

/// A refusal that says "later", and came before anybody lost patience.
#[track_caller]
fn refused_for_now(answer: &Answer, since: Instant) {
    let (status, reason) = answer.refusal();
    assert!(matches!(status, 503 | 504), "{status} {reason}");
    assert!(answer.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{}", answer.body);
    assert!(since.elapsed() < Duration::from_secs(25), "{:?}", since.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_gone_for_ten_seconds() {
    let world = World::cluster(&[]).await;
    let boss = Journey::of_legal_representative(&world).await;
    boss.collect(&world).await;
    boss.log_in(&world).await;

    for silent in [false, true] {
        let postgres = &world.in_cluster().postgres;
        if silent {
            postgres.pause();
        } else {
            postgres.stop();
        }
        let gone = Instant::now();
        while gone.elapsed() < Duration::from_secs(10) {
            let since = Instant::now();
            let answer = boss.browser.call(START_COLLECTION, Citizen::CLERK.form()).await;
            refused_for_now(&answer, since);
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        if silent {
            postgres.resume();
        } else {
            postgres.restart();
        }
        let back = Instant::now();
        while boss.browser.call(START_COLLECTION, Citizen::CLERK.form()).await.status != 200 {
            assert!(back.elapsed() < Duration::from_mins(1), "not back in time");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    assert_eq!(boss.browser.read(GET_PROFILE).await.status, 200, "the session outlived it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_gone_lets_nobody_in() {
    let world = World::cluster(&[]).await;
    let boss = Journey::of_legal_representative(&world).await;
    boss.collect(&world).await;
    boss.log_in(&world).await;

    world.in_cluster().redis.kill();
    for method in [
        "identity.v1.SessionService/GetSession",
        GET_PROFILE,
        "enterprise.v1.BindingService/ListBindings",
        "messaging.v1.InboxService/ListMessages",
    ] {
        let since = Instant::now();
        refused_for_now(&boss.browser.read(method).await, since);
    }
    let since = Instant::now();
    let mut form = boss.citizen.form();
    form["mobile"] = boss.citizen.mobile.into();
    form["code"] = "000000".into();
    refused_for_now(&boss.browser.call("identity.v1.LoginService/LogIn", form).await, since);

    world.in_cluster().redis.restart();
    let back = Instant::now();
    loop {
        let answer = boss.browser.read(GET_PROFILE).await;
        if answer.status == 401 {
            break;
        }
        assert!(back.elapsed() < Duration::from_mins(1), "an empty Redis knows no session: {answer:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    boss.log_in(&world).await;
    assert_eq!(boss.browser.read(GET_PROFILE).await.status, 200);
}
