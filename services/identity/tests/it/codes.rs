//! One-time codes: limits, lives, locks.

use std::sync::atomic::Ordering;
use std::time::Duration;

use shiming_kernel::{ClientInfo, ErrorKind};
use shiming_proto::identity::v1 as wire;
use shiming_rpc::client::with_client_info;
use shiming_testkit::TestDatabase;

use crate::people::citizen;
use crate::world::{World, finish, log_in, outcome, reason, send_code, send_login_code, wrong};

shiming_testkit::on_each_database!(
    ten_wrong_tries_over_all_flows_lock_the_identity,
    parallel_wrong_tries_do_not_get_past_the_lock,
    of_two_parallel_verifies_one_succeeds,
    right_codes_that_come_at_once_lock_nobody_out,
    strangers_tries_never_count_against_the_owner,
);
on_sqlite!(
    five_wrong_tries_kill_the_right_code,
    five_minutes_end_a_code,
    a_new_code_kills_the_old,
    one_a_minute_five_an_hour_ten_a_day,
    the_provider_failing_costs_nothing,
    a_refused_number_closes_the_way_for_nobody_else,
    the_lock_survives_a_restart_and_ends_at_midnight,
    without_the_cache_nothing_is_sent_or_believed,
    a_browser_that_tries_many_is_refused_and_nobody_else,
);

async fn five_wrong_tries_kill_the_right_code(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    let code = world.collection_code(&begun, &citizen.mobile).await;
    for left in (0..5).rev() {
        let problem =
            outcome(world.collections().finish_collection(finish(&begun, &citizen, &wrong(&code))).await)
                .unwrap_err();
        assert_eq!(
            (problem.reason.as_str(), problem.facts.metadata["tries_left"].as_str()),
            ("CODE_WRONG", left.to_string().as_str())
        );
        assert_eq!(problem.facts.violations[0].field, "code");
    }
    let dead = world.collections().finish_collection(finish(&begun, &citizen, &code)).await;
    assert_eq!(reason(dead), "CODE_WRONG", "dead even for the right code");
}

async fn five_minutes_end_a_code(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    let code = world.collection_code(&begun, &citizen.mobile).await;
    world.clock.advance(Duration::from_mins(5));
    let problem =
        outcome(world.collections().finish_collection(finish(&begun, &citizen, &code)).await).unwrap_err();
    assert_eq!(problem.reason, "CODE_WRONG");
    assert!(problem.words.contains("过期"), "{}", problem.words);
}

async fn a_new_code_kills_the_old(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    let old = world.collection_code(&begun, &citizen.mobile).await;
    // Even to another phone.
    let new = world.collection_code(&begun, "13900000009").await;
    let refused = world.collections().finish_collection(finish(&begun, &citizen, &old)).await;
    assert_eq!(reason(refused), "CODE_WRONG");
    let request =
        wire::FinishCollectionRequest { mobile: "13900000009".into(), ..finish(&begun, &citizen, &new) };
    world.collections().finish_collection(request).await.expect("the new one counts");
}

async fn one_a_minute_five_an_hour_ten_a_day(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    // The collection's code was the first of the phone's hour and day: limits are the phone's, not the flow's.
    let send = || async { outcome(world.logins().send_login_code(send_login_code(&citizen)).await) };
    send().await.expect("after a minute");
    let problem = send().await.unwrap_err();
    assert_eq!((problem.kind(), problem.reason.as_str()), (ErrorKind::ResourceExhausted, "CODE_TOO_SOON"));
    assert_eq!(problem.facts.retry_after, Some(Duration::from_mins(1)));
    for _ in 0..3 {
        world.clock.advance(Duration::from_mins(1));
        send().await.expect("one a minute");
    }
    world.clock.advance(Duration::from_mins(1));
    let wait = send().await.unwrap_err().facts.retry_after.unwrap();
    assert_eq!(wait, Duration::from_mins(55), "five an hour");
    world.clock.advance(Duration::from_hours(1));
    for _ in 0..5 {
        send().await.expect("the next hour");
        world.clock.advance(Duration::from_mins(10));
    }
    world.clock.advance(Duration::from_hours(2));
    let wait = send().await.unwrap_err().facts.retry_after.unwrap();
    assert!(wait > Duration::from_hours(18), "ten a day: {wait:?}");
    world.clock.advance(wait);
    send().await.expect("a day after the first");
}

async fn the_provider_failing_costs_nothing(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    world.sms.failing.store(true, Ordering::SeqCst);
    for _ in 0..12 {
        let problem =
            outcome(world.collections().send_collection_code(send_code(&begun, &citizen.mobile)).await)
                .unwrap_err();
        assert_eq!((problem.kind(), problem.reason.as_str()), (ErrorKind::Unavailable, "SMS_PROVIDER"));
    }
    world.sms.failing.store(false, Ordering::SeqCst);
    let code = world.collection_code(&begun, &citizen.mobile).await;
    world
        .collections()
        .finish_collection(finish(&begun, &citizen, &code))
        .await
        .expect("the quota was untouched");
}

async fn a_refused_number_closes_the_way_for_nobody_else(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    world.sms.limiting.store(true, Ordering::SeqCst);
    for _ in 0..4 {
        let refused = world.collections().send_collection_code(send_code(&begun, &citizen.mobile)).await;
        assert_eq!(reason(refused), "CODE_TOO_SOON", "as the provider says");
    }
    world.sms.limiting.store(false, Ordering::SeqCst);
    outcome(world.logins().send_login_code(send_login_code(&crate::people::citizen(2))).await)
        .expect("others get their codes");
}

/// Takes tries of the identity's day in a collection: `count` wrong ones, at most five per code.
async fn wrong_tries(world: &World, citizen: &crate::people::Citizen, count: usize) {
    let mut left = count;
    while left > 0 {
        let begun = world.up_to_profile(citizen).await;
        let code = world.collection_code(&begun, &citizen.mobile).await;
        for _ in 0..left.min(5) {
            let refused = world.collections().finish_collection(finish(&begun, citizen, &wrong(&code))).await;
            assert_eq!(reason(refused), "CODE_WRONG");
        }
        left = left.saturating_sub(5);
        world.clock.advance(Duration::from_mins(1));
    }
}

async fn ten_wrong_tries_over_all_flows_lock_the_identity(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    wrong_tries(&world, &citizen, 5).await;
    world.collect(&citizen).await;
    // The other five in the login.
    world.logins().send_login_code(send_login_code(&citizen)).await.unwrap();
    let guess = wrong(world.sms.next().await.code.expose());
    for _ in 0..5 {
        assert_eq!(reason(world.logins().log_in(log_in(&citizen, &guess)).await), "LOGIN_REFUSED");
    }
    world.clock.advance(Duration::from_mins(1));
    let asked = world.sms.asked.load(Ordering::SeqCst);
    let locked = outcome(world.logins().send_login_code(send_login_code(&citizen)).await).unwrap_err();
    assert_eq!((locked.kind(), locked.reason.as_str()), (ErrorKind::ResourceExhausted, "IDENTITY_LOCKED"));
    assert_eq!(reason(world.logins().log_in(log_in(&citizen, "000000")).await), "IDENTITY_LOCKED");
    world.begin(&citizen).await;
    assert_eq!(world.sms.asked.load(Ordering::SeqCst), asked, "checked before sending");
    let locks = "SELECT COUNT(*) FROM audit_log WHERE action = 'identity.locked'";
    assert_eq!(world.count(locks).await, 1);
    world.begin(&crate::people::citizen(2)).await;
}

async fn the_lock_survives_a_restart_and_ends_at_midnight(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    wrong_tries(&world, &citizen, 10).await;
    let world = world.restart().await;
    let send = || send_code(&begun, &citizen.mobile);
    let locked = outcome(world.collections().send_collection_code(send()).await).unwrap_err();
    assert_eq!(locked.reason, "IDENTITY_LOCKED");
    world.clock.advance(locked.facts.retry_after.unwrap());
    let begun = world.up_to_profile(&citizen).await;
    let tomorrow = world.collections().send_collection_code(send_code(&begun, &citizen.mobile)).await;
    tomorrow.expect("a new day");
}

async fn parallel_wrong_tries_do_not_get_past_the_lock(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    wrong_tries(&world, &citizen, 8).await;
    let begun = world.up_to_profile(&citizen).await;
    let code = world.collection_code(&begun, &citizen.mobile).await;
    let tries = (0..8).map(|_| {
        let (mut client, request) = (world.collections(), finish(&begun, &citizen, &wrong(&code)));
        async move { reason(client.finish_collection(request).await) }
    });
    let reasons = futures::future::join_all(tries).await;
    assert_eq!(reasons.iter().filter(|one| *one == "CODE_WRONG").count(), 2, "{reasons:?}");
    assert_eq!(reasons.iter().filter(|one| *one == "IDENTITY_LOCKED").count(), 6, "{reasons:?}");
}

async fn of_two_parallel_verifies_one_succeeds(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    world.logins().send_login_code(send_login_code(&citizen)).await.unwrap();
    let code = world.sms.next().await.code.into_inner();
    let tries = (0..6).map(|_| {
        let (mut client, request) = (world.logins(), log_in(&citizen, &code));
        async move { client.log_in(request).await }
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1);
    let again = world.logins().log_in(log_in(&citizen, &code)).await;
    assert_eq!(reason(again), "LOGIN_REFUSED", "used is used");
}

async fn right_codes_that_come_at_once_lock_nobody_out(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    world.logins().send_login_code(send_login_code(&citizen)).await.unwrap();
    let code = world.sms.next().await.code.into_inner();
    let tries = (0..20).map(|_| {
        let (mut client, request) = (world.logins(), log_in(&citizen, &code));
        async move { outcome(client.log_in(request).await).map_err(|problem| problem.reason.to_string()) }
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1);
    let refused: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    assert!(refused.iter().all(|reason| reason == "LOGIN_REFUSED"), "{refused:?}");
    world.clock.advance(Duration::from_mins(1));
    world.log_in(&citizen).await;
}

/// All a stranger can do who knows somebody's number or phone: tries that name nobody look like any others, to their own lock.
async fn strangers_tries_never_count_against_the_owner(database: TestDatabase) {
    let world = World::start(database).await;
    let owner = citizen(1);
    world.collect(&owner).await;
    let other_name = crate::people::Citizen { name: "李四".into(), ..owner.clone() };
    let other_phone = crate::people::Citizen { mobile: "13911112222".into(), ..owner.clone() };
    let only_phone = crate::people::Citizen { mobile: owner.mobile.clone(), ..citizen(2) };
    for stranger in [&other_name, &other_phone, &only_phone] {
        for _ in 0..2 {
            outcome(world.logins().send_login_code(send_login_code(stranger)).await).expect("looks sent");
            for _ in 0..5 {
                assert_eq!(reason(world.logins().log_in(log_in(stranger, "000000")).await), "LOGIN_REFUSED");
            }
            let soon = world.logins().send_login_code(send_login_code(stranger)).await;
            if reason(soon) == "CODE_TOO_SOON" {
                world.clock.advance(Duration::from_mins(1));
            }
        }
        let locked = world.logins().send_login_code(send_login_code(stranger)).await;
        assert_eq!(reason(locked), "IDENTITY_LOCKED", "as it would be for the owner");
        assert_eq!(reason(world.logins().log_in(log_in(stranger, "000000")).await), "IDENTITY_LOCKED");
    }
    assert!(world.sms.is_quiet().await);
    let own = world.log_in(&owner).await;
    assert!(!own.is_empty(), "the owner's number, phone and tries are untouched");
    world.begin(&owner).await;
}

async fn a_browser_that_tries_many_is_refused_and_nobody_else(database: TestDatabase) {
    let world = World::start(database).await;
    let honest = citizen(99);
    world.collect(&honest).await;
    let from = |device: &str, request: wire::SendLoginCodeRequest| {
        let client = ClientInfo {
            device_hash: Some(device.into()),
            ip_hash: Some("one address".into()),
            ..ClientInfo::default()
        };
        with_client_info(tonic::Request::new(request), &client)
    };
    for index in 0..20 {
        let request = from("tries many", send_login_code(&citizen(index)));
        outcome(world.logins().send_login_code(request).await).expect("looks sent");
    }
    let request = from("tries many", send_login_code(&honest));
    let refused = outcome(world.logins().send_login_code(request).await).unwrap_err();
    assert_eq!(refused.reason, "TOO_MANY_REQUESTS");
    assert!(refused.facts.retry_after.is_some());
    // A counter at which many log in one after the other is no such browser.
    let visitors: Vec<_> = (100..106).map(citizen).collect();
    for visitor in &visitors {
        world.collect(visitor).await;
    }
    for _ in 0..4 {
        world.clock.advance(Duration::from_mins(2));
        for visitor in &visitors {
            let sent = from("counter", send_login_code(visitor));
            outcome(world.logins().send_login_code(sent).await).expect("sent");
            let code = world.sms.next().await.code.into_inner();
            let client = ClientInfo { device_hash: Some("counter".into()), ..ClientInfo::default() };
            let request = with_client_info(tonic::Request::new(log_in(visitor, &code)), &client);
            world.logins().log_in(request).await.expect("logged in");
        }
    }
}

async fn without_the_cache_nothing_is_sent_or_believed(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    world.logins().send_login_code(send_login_code(&citizen)).await.unwrap();
    let code = world.sms.next().await.code.into_inner();
    world.clock.advance(Duration::from_mins(1));
    world.cache.down.store(true, Ordering::SeqCst);
    let send = outcome(world.logins().send_login_code(send_login_code(&citizen)).await).unwrap_err();
    assert_eq!((send.kind(), send.reason.as_str()), (ErrorKind::Unavailable, "UNAVAILABLE"));
    let login = outcome(world.logins().log_in(log_in(&citizen, &code)).await).unwrap_err();
    assert_eq!(login.kind(), ErrorKind::Unavailable);
    assert!(world.sms.is_quiet().await);
    world.cache.down.store(false, Ordering::SeqCst);
    world.logins().log_in(log_in(&citizen, &code)).await.expect("no try was lost");
}
