//! What happens when something around identity breaks.

use std::sync::atomic::Ordering;
use std::time::Duration;

use sea_orm::ConnectionTrait as _;
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1 as wire;
use shiming_testkit::TestDatabase;

use crate::people::citizen;
use crate::world::{World, complete, finish, id, log_in, outcome, send_login_code};

shiming_testkit::on_each_database!(
    what_can_not_be_audited_does_not_happen,
    face_auth_down_names_a_way_out,
    a_finish_cut_off_can_be_repeated,
);

async fn rename(world: &World, from: &str, to: &str) {
    let connection = world.sql().await;
    connection.execute_unprepared(&format!("ALTER TABLE {from} RENAME TO {to}")).await.unwrap();
    connection.close().await.unwrap();
}

async fn what_can_not_be_audited_does_not_happen(database: TestDatabase) {
    let world = World::start(database).await;
    let (known, other) = (citizen(1), citizen(2));
    world.collect(&known).await;
    world.logins().send_login_code(send_login_code(&known)).await.unwrap();
    let login = world.sms.next().await.code.into_inner();
    let begun = world.up_to_profile(&other).await;
    let code = world.collection_code(&begun, &other.mobile).await;
    rename(&world, "audit_log", "audit_gone").await;

    let start = wire::StartCollectionRequest {
        document: Some(other.document()),
        request_id: id(),
        validate_only: false,
    };
    let finish = finish(&begun, &other, &code);
    let refusals = [
        outcome(world.collections().start_collection(start).await).map(drop),
        outcome(world.collections().finish_collection(finish.clone()).await).map(drop),
        outcome(world.logins().log_in(log_in(&known, &login)).await).map(drop),
        outcome(
            world.collections().send_collection_code(crate::world::send_code(&begun, "13900000009")).await,
        )
        .map(drop),
    ];
    for refusal in refusals {
        assert_eq!(refusal.unwrap_err().kind(), ErrorKind::Unavailable);
    }
    assert!(world.sms.is_quiet().await, "what can't be written down is not sent");
    assert_eq!(world.count("SELECT COUNT(*) FROM persons").await, 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM collections").await, 2);

    rename(&world, "audit_gone", "audit_log").await;
    world.collections().finish_collection(finish).await.expect("the code was given back");
    world.logins().log_in(log_in(&known, &login)).await.expect("the code was given back");
}

async fn face_auth_down_names_a_way_out(database: TestDatabase) {
    let world = World::start(database).await;
    let begun = world.begin(&citizen(1)).await;
    let session = world.open_face(&begun).await;
    world.face.pass(session);
    world.face.down.store(true, Ordering::SeqCst);
    let open = wire::BeginCollectionFaceRequest {
        collection_token: begun.token.clone(),
        consent: Some(begun.consent.clone()),
        request_id: id(),
        validate_only: false,
    };
    let problems = [
        outcome(world.collections().begin_collection_face(open).await).map(drop).unwrap_err(),
        outcome(world.collections().complete_collection_face(complete(&begun, session)).await)
            .map(drop)
            .unwrap_err(),
    ];
    for problem in problems {
        assert_eq!((problem.kind(), problem.reason.as_str()), (ErrorKind::Unavailable, "UNAVAILABLE"));
        assert!(problem.words.contains("办税服务厅") && problem.words.contains("短信验证码"));
        assert!(problem.facts.retry_after.is_some());
    }
    world.face.down.store(false, Ordering::SeqCst);
    world.collections().complete_collection_face(complete(&begun, session)).await.expect("no try was lost");
}

async fn a_finish_cut_off_can_be_repeated(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    let code = world.collection_code(&begun, &citizen.mobile).await;
    let request = finish(&begun, &citizen, &code);
    rename(&world, "outbox", "outbox_gone").await;
    outcome(world.collections().finish_collection(request.clone()).await).unwrap_err();
    assert_eq!(world.count("SELECT COUNT(*) FROM persons").await, 0, "person and event commit together");
    rename(&world, "outbox_gone", "outbox").await;
    world.clock.advance(Duration::from_mins(1));
    world.collections().finish_collection(request).await.expect("the same request, the same code");
    assert_eq!(world.events.next().await.r#type, "collection.completed");
}
