//! What must not work in a collection.

use shiming_kernel::ClientInfo;
use shiming_proto::identity::v1 as wire;
use shiming_rpc::client::with_client_info;
use shiming_testkit::TestDatabase;

use crate::people::citizen;
use crate::world::{Begun, World, complete, finish, id, outcome, reason, send_code};

shiming_testkit::on_each_database!(
    the_face_session_must_be_the_one_this_collection_opened,
    one_of_two_concurrent_finishes_wins,
    whoever_planted_a_collection_is_left_behind_when_the_face_passes,
    one_of_two_collections_of_a_number_wins,
    concurrent_collections_never_exceed_the_mobiles_limit,
    nothing_personal_is_stored_in_the_clear,
);
on_sqlite!(
    a_collection_goes_on_in_the_browser_that_began_it,
    without_the_consent_in_force_no_face_session_opens,
    a_mobile_serves_three_persons,
    an_expired_document_is_refused,
    a_profile_that_disagrees_names_its_fields,
    the_code_of_another_phone_does_not_count,
);

async fn without_the_consent_in_force_no_face_session_opens(database: TestDatabase) {
    let world = World::start(database).await;
    let begun = world.begin(&citizen(1)).await;
    let request = |consent| wire::BeginCollectionFaceRequest {
        collection_token: begun.token.clone(),
        consent,
        request_id: id(),
        validate_only: false,
    };
    let older = wire::ConsentGiven { version: "2020-01".into(), ..begun.consent.clone() };
    let changed = wire::ConsentGiven { text_sha256: "0".repeat(64), ..begun.consent.clone() };
    for consent in [None, Some(older), Some(changed)] {
        let problem = outcome(world.collections().begin_collection_face(request(consent)).await).unwrap_err();
        assert_eq!(problem.reason, "CONSENT_REQUIRED");
        assert_eq!(problem.facts.metadata["version"], begun.consent.version);
    }
    assert!(world.face.opened.lock().unwrap().is_empty());
    assert_eq!(world.count("SELECT COUNT(*) FROM consents").await, 0);
    world.open_face(&begun).await;
    assert_eq!(world.count("SELECT COUNT(*) FROM consents").await, 1);
    let opened = world.face.opened.lock().unwrap().last().cloned().unwrap();
    assert_eq!(opened.consent_version, begun.consent.version);
    let ledger = format!("SELECT COUNT(*) FROM consents WHERE text_sha256 = '{}'", begun.consent.text_sha256);
    assert_eq!(world.count(&ledger).await, 1);
}

async fn the_face_session_must_be_the_one_this_collection_opened(database: TestDatabase) {
    let world = World::start(database).await;
    let (mine, theirs) = (world.begin(&citizen(1)).await, world.begin(&citizen(2)).await);
    let (older, other) = (world.open_face(&mine).await, world.open_face(&theirs).await);
    let session = world.open_face(&mine).await;
    for one in [older, other, session] {
        world.face.pass(one);
    }
    for wrong in [other, older] {
        let refused = world.collections().complete_collection_face(complete(&mine, wrong)).await;
        assert_eq!(reason(refused), "FACE_RESULT_REFUSED");
    }
    let risks = "SELECT COUNT(*) FROM audit_log WHERE action = 'risk.face_result_refused'";
    assert_eq!(world.count(risks).await, 2);
    world.collections().complete_collection_face(complete(&mine, session)).await.expect("its own passes");
}

/// Calls from a browser of this device.
fn from<T>(device: &str, message: T) -> tonic::Request<T> {
    let client = ClientInfo { device_hash: Some(device.into()), ..ClientInfo::default() };
    with_client_info(tonic::Request::new(message), &client)
}

async fn whoever_planted_a_collection_is_left_behind_when_the_face_passes(database: TestDatabase) {
    let world = World::start(database).await;
    let planted = world.begin(&citizen(1)).await;
    let session = world.open_face(&planted).await;
    world.face.pass(session);
    let request = complete(&planted, session);
    let passed = world.collections().complete_collection_face(request.clone()).await.unwrap().into_inner();
    assert_ne!(passed.collection_token, planted.token);
    let stolen = world.collections().send_collection_code(send_code(&planted, "13900000001")).await;
    assert_eq!(reason(stolen), "COLLECTION_NOT_FOUND", "the old token is dead");
    let look = wire::GetCollectionRequest { collection_token: planted.token.clone() };
    assert_eq!(reason(world.collections().get_collection(look).await), "COLLECTION_NOT_FOUND");
    let repeated = world.collections().complete_collection_face(request).await.unwrap().into_inner();
    assert_eq!(repeated, passed, "an answer that got lost can be asked for again");
    let mine = Begun { token: passed.collection_token, ..planted };
    let code = world.collection_code(&mine, &citizen(1).mobile).await;
    world.collections().finish_collection(finish(&mine, &citizen(1), &code)).await.expect("goes on");
}

async fn a_collection_goes_on_in_the_browser_that_began_it(database: TestDatabase) {
    let world = World::start(database).await;
    let request = wire::StartCollectionRequest {
        document: Some(citizen(1).document()),
        request_id: id(),
        validate_only: false,
    };
    let begun = world.collections().start_collection(from("attacker", request)).await.unwrap().into_inner();
    let begun = Begun { token: begun.collection_token, consent: world.consent().await };
    let look = || wire::GetCollectionRequest { collection_token: begun.token.clone() };
    let open = || wire::BeginCollectionFaceRequest {
        collection_token: begun.token.clone(),
        consent: Some(begun.consent.clone()),
        request_id: id(),
        validate_only: false,
    };
    for planted_in in [from("victim", open()), tonic::Request::new(open())] {
        let refused = world.collections().begin_collection_face(planted_in).await;
        assert_eq!(reason(refused), "COLLECTION_NOT_FOUND");
    }
    let refused = world.collections().get_collection(from("victim", look())).await;
    assert_eq!(reason(refused), "COLLECTION_NOT_FOUND");
    assert!(world.face.opened.lock().unwrap().is_empty(), "no face was asked for");
    world.collections().get_collection(from("attacker", look())).await.expect("its own");
    world.collections().begin_collection_face(from("attacker", open())).await.expect("its own");
}

async fn one_of_two_concurrent_finishes_wins(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    let code = world.collection_code(&begun, &citizen.mobile).await;
    let tries = (0..4).map(|_| {
        let (mut client, request) = (world.collections(), finish(&begun, &citizen, &code));
        async move { client.finish_collection(request).await }
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM persons").await, 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM outbox").await, 1);
}

async fn one_of_two_collections_of_a_number_wins(database: TestDatabase) {
    let world = World::start(database).await;
    let mut here = citizen(1);
    let mut there = citizen(1);
    (here.mobile, there.mobile) = ("13800000011".into(), "13800000012".into());
    let mut tries = Vec::new();
    for one in [&here, &there] {
        let begun = world.up_to_profile(one).await;
        let code = world.collection_code(&begun, &one.mobile).await;
        tries.push((world.collections(), finish(&begun, one, &code)));
    }
    let tries =
        tries.into_iter().map(|(mut client, request)| async move { client.finish_collection(request).await });
    let outcomes = futures::future::join_all(tries).await;
    let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 1));
    let lost = reason(lost.into_iter().next().unwrap());
    assert!(["ALREADY_COLLECTED", "CONCURRENT_CHANGE"].contains(&lost.as_str()), "{lost}");
    assert_eq!(world.count("SELECT COUNT(*) FROM persons").await, 1);
}

async fn a_mobile_serves_three_persons(database: TestDatabase) {
    let world = World::start(database).await;
    for index in 1..=4 {
        let mut one = citizen(index);
        one.mobile = "13800000001".into();
        let begun = world.up_to_profile(&one).await;
        let code = world.collection_code(&begun, &one.mobile).await;
        let finished = world.collections().finish_collection(finish(&begun, &one, &code)).await;
        if index < 4 {
            finished.expect("there is a place");
        } else {
            let problem = outcome(finished).unwrap_err();
            assert_eq!(problem.reason, "MOBILE_IN_USE");
            // Another phone is all it takes.
            one.mobile = "13900000001".into();
            let code = world.collection_code(&begun, &one.mobile).await;
            world.collections().finish_collection(finish(&begun, &one, &code)).await.expect("another phone");
        }
        world.clock.advance(std::time::Duration::from_mins(1));
    }
}

async fn concurrent_collections_never_exceed_the_mobiles_limit(database: TestDatabase) {
    let world = World::start(database).await;
    let mut tries = Vec::new();
    for index in 1..=5 {
        let mut one = citizen(index);
        one.mobile = "13800000001".into();
        let begun = world.up_to_profile(&one).await;
        let code = world.collection_code(&begun, &one.mobile).await;
        tries.push((world.collections(), finish(&begun, &one, &code)));
        // Less than the five minutes of the first code.
        world.clock.advance(std::time::Duration::from_secs(if index < 5 { 60 } else { 0 }));
    }
    let tries =
        tries.into_iter().map(|(mut client, request)| async move { client.finish_collection(request).await });
    let outcomes = futures::future::join_all(tries).await;
    let collected = outcomes.iter().filter(|one| one.is_ok()).count();
    assert_eq!(collected, 3);
    assert_eq!(world.count("SELECT COUNT(*) FROM persons").await, 3);
}

async fn an_expired_document_is_refused(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    let code = world.collection_code(&begun, &citizen.mobile).await;
    let profile = wire::ProfileInput { valid_until: "2026-11-01".into(), ..citizen.profile() };
    let expired = wire::FinishCollectionRequest { profile: Some(profile), ..finish(&begun, &citizen, &code) };
    assert_eq!(reason(world.collections().finish_collection(expired).await), "DOCUMENT_EXPIRED");
    let profile = wire::ProfileInput { valid_until: String::new(), long_term: true, ..citizen.profile() };
    let long_term =
        wire::FinishCollectionRequest { profile: Some(profile), ..finish(&begun, &citizen, &code) };
    world.collections().finish_collection(long_term).await.expect("长期, and the code was not used up");
}

async fn a_profile_that_disagrees_names_its_fields(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    let code = world.collection_code(&begun, &citizen.mobile).await;
    let profile = wire::ProfileInput {
        birth_date: "1990-03-08".into(),
        nationality: "US".into(),
        email: "not an address".into(),
        ..citizen.profile()
    };
    let request = wire::FinishCollectionRequest {
        profile: Some(profile),
        mobile: "12345".into(),
        ..finish(&begun, &citizen, &code)
    };
    let problem = outcome(world.collections().finish_collection(request).await).unwrap_err();
    assert_eq!(problem.reason, "INVALID_FIELD");
    let mut fields: Vec<_> = problem.facts.violations.iter().map(|one| one.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["mobile", "profile.birth_date", "profile.email", "profile.nationality"]);
    assert!(problem.facts.violations.iter().all(|one| !one.description.is_ascii()), "in Chinese");
    world
        .collections()
        .finish_collection(finish(&begun, &citizen, &code))
        .await
        .expect("the code was not used up");
}

async fn the_code_of_another_phone_does_not_count(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    let code = world.collection_code(&begun, "13900000009").await;
    let refused = world.collections().finish_collection(finish(&begun, &citizen, &code)).await;
    assert_eq!(reason(refused), "CODE_WRONG");
    // A second collection's code is not the first one's either.
    let other = crate::people::citizen(2);
    let second = world.up_to_profile(&other).await;
    let foreign = world.collection_code(&second, &citizen.mobile).await;
    world.clock.advance(std::time::Duration::from_mins(1));
    world.collections().send_collection_code(send_code(&begun, &citizen.mobile)).await.unwrap();
    let own = world.sms.next().await.code.into_inner();
    if foreign != own {
        let refused = world.collections().finish_collection(finish(&begun, &citizen, &foreign)).await;
        assert_eq!(reason(refused), "CODE_WRONG");
    }
}

async fn nothing_personal_is_stored_in_the_clear(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    let tables =
        ["persons", "collections", "consents", "identity_attempts", "outbox", "idempotency", "audit_log"];
    let connection = world.sql().await;
    for table in tables {
        let statement = sea_orm::Statement::from_string(
            sea_orm::ConnectionTrait::get_database_backend(&connection),
            format!("SELECT * FROM {table}"),
        );
        let rows = sea_orm::ConnectionTrait::query_all_raw(&connection, statement).await.unwrap();
        assert!(!rows.is_empty() || table == "identity_attempts", "{table}");
        for row in rows {
            let columns = row.column_names();
            for column in &columns {
                let bytes: Vec<u8> = row
                    .try_get::<Option<Vec<u8>>>("", column)
                    .ok()
                    .flatten()
                    .or_else(|| {
                        row.try_get::<Option<String>>("", column).ok().flatten().map(String::into_bytes)
                    })
                    .unwrap_or_default();
                for secret in
                    [&citizen.number, &citizen.mobile, "张三", "zhang@x.cn", "某街1号", "银川市公安局"]
                {
                    let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                    assert!(!found, "{table}.{column} holds a personal value");
                }
            }
        }
    }
    connection.close().await.unwrap();
}
