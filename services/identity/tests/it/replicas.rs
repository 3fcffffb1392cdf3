//! Several processes on one database and one Redis, and one database over a change of keys.

use shiming_cache::{CacheConfig, SharedCache};
use shiming_crypto::KeyringConfig;
use shiming_kernel::SystemClock;
use shiming_proto::identity::v1 as wire;
use shiming_testkit::{Redis, TestDatabase};

use crate::people::citizen;
use crate::world::{Setup, World, complete, id, log_in, reason, send_login_code, within};

shiming_testkit::on_each_database!(persons_are_found_after_a_change_of_keys,);

fn redis(server: &Redis) -> SharedCache {
    shiming_cache::connect(&CacheConfig::new(server.url()), SystemClock::shared()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journey_goes_on_redis() {
    let server = Redis::start();
    let world = World::start_with(TestDatabase::sqlite(), Setup::fresh().with_cache(redis(&server))).await;
    let citizen = citizen(1);
    let person = world.collect(&citizen).await;
    world.logins().send_login_code(send_login_code(&citizen)).await.unwrap();
    let code = world.sms.next().await.code.into_inner();
    let tries = (0..6).map(|_| {
        let (mut client, request) = (world.logins(), log_in(&citizen, &code));
        async move { client.log_in(request).await }
    });
    let opened: Vec<_> = futures::future::join_all(tries).await.into_iter().filter_map(Result::ok).collect();
    assert_eq!(opened.len(), 1, "one of several at once");
    let token = &opened[0].get_ref().session_token;
    let own = world.sessions().get_session(within(token, wire::GetSessionRequest {})).await.unwrap();
    assert_eq!(own.into_inner().session.unwrap().person_id, person);

    let elsewhere = redis(&server);
    assert_eq!(elsewhere.set_members(&format!("person-sessions:{person}")).await.unwrap().len(), 1);
    let out = wire::LogOutRequest { session_token: token.clone(), request_id: id(), validate_only: false };
    world.sessions().log_out(out).await.unwrap();
    assert_eq!(
        elsewhere.set_members(&format!("person-sessions:{person}")).await.unwrap().len(),
        0,
        "every replica sees it"
    );
    let gone = world.sessions().get_session(within(token, wire::GetSessionRequest {})).await;
    assert_eq!(reason(gone), "SESSION_INVALID");
}

async fn persons_are_found_after_a_change_of_keys(database: TestDatabase) {
    let mut world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    let mut keys = world.keyring();
    let newer = KeyringConfig::generate().keys.remove(&1).unwrap();
    keys.keys.insert(2, newer);
    keys.current = 2;
    world = world.restart_with(keys).await;
    world.log_in(&citizen).await;
    let begun = world.begin(&citizen).await;
    let session = world.open_face(&begun).await;
    world.face.pass(session);
    let again = world.collections().complete_collection_face(complete(&begun, session)).await;
    assert_eq!(reason(again), "ALREADY_COLLECTED", "not a second person under the new key");
}
