//! 实名采集 from beginning to end, its order and its resumption.

use std::time::Duration;

use shiming_identity::clients::face::HostedCheck;
use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::CollectionStep;
use shiming_proto::types::v1::{DocumentType, IdentityDocument};
use shiming_testkit::TestDatabase;

use crate::people::{born, citizen};
use crate::world::{World, complete, finish, id, outcome, reason, send_code, wrong};

shiming_testkit::on_each_database!(
    a_person_is_collected_and_told,
    a_crash_after_the_face_is_resumed_without_a_new_face,
    repeats_get_the_first_answer,
);
on_sqlite!(
    known_and_unknown_start_alike,
    only_resident_ids_are_collected_online,
    under_fourteen_needs_a_guardian_and_under_sixteen_the_counter,
    steps_keep_their_order,
    fifteen_minutes_after_the_last_step_it_is_over,
    validate_only_changes_nothing,
    a_providers_face_check_is_handed_on,
);

fn start(document: IdentityDocument) -> wire::StartCollectionRequest {
    wire::StartCollectionRequest { document: Some(document), request_id: id(), validate_only: false }
}

async fn step(world: &World, token: &str) -> Result<wire::GetCollectionResponse, String> {
    let request = wire::GetCollectionRequest { collection_token: token.into() };
    outcome(world.collections().get_collection(request).await).map_err(|problem| problem.reason.to_string())
}

async fn a_person_is_collected_and_told(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    let code = world.collection_code(&begun, &citizen.mobile).await;
    let person =
        world.collections().finish_collection(finish(&begun, &citizen, &code)).await.unwrap().into_inner();
    let event = world.events.next().await;
    assert_eq!(event.r#type, "collection.completed");
    assert_eq!(event.messages[0].person_id, person.person_id);
    assert_eq!(event.messages[0].template, "COLLECTION_COMPLETED");
    let text = format!("{:?}", event.messages[0].params);
    assert!(!text.contains(&citizen.number) && !text.contains("张三"), "masked values only");
    assert_eq!(step(&world, &begun.token).await.unwrap().next_step(), CollectionStep::Done);
    assert_eq!(world.count("SELECT COUNT(*) FROM persons").await, 1);
}

async fn known_and_unknown_start_alike(database: TestDatabase) {
    let world = World::start(database).await;
    let (known, unknown) = (citizen(1), citizen(2));
    world.collect(&known).await;
    let mut answers = Vec::new();
    for one in [&known, &unknown] {
        let mut answer =
            world.collections().start_collection(start(one.document())).await.unwrap().into_inner();
        assert!(answer.collection_token.len() == 43);
        answer.collection_token.clear();
        answer.document_masked.clear();
        answers.push(answer);
    }
    assert_eq!(answers[0], answers[1]);
    let begun = world.begin(&known).await;
    let session = world.open_face(&begun).await;
    world.face.pass(session);
    let refused = world.collections().complete_collection_face(complete(&begun, session)).await;
    assert_eq!(reason(refused), "ALREADY_COLLECTED", "said to the face that is theirs");
}

async fn only_resident_ids_are_collected_online(database: TestDatabase) {
    let world = World::start(database).await;
    let temporary =
        IdentityDocument { r#type: DocumentType::TemporaryResidentId.into(), ..citizen(1).document() };
    let passport = IdentityDocument {
        r#type: DocumentType::ForeignPassport.into(),
        number: "E12345678".into(),
        name: "ANN LEE".into(),
    };
    for document in [temporary, passport] {
        let problem = outcome(world.collections().start_collection(start(document)).await).unwrap_err();
        assert_eq!(problem.reason, "COUNTER_REQUIRED");
        assert!(problem.words.contains("办税服务厅"), "{}", problem.words);
    }
    let unspecified = IdentityDocument { r#type: 0, ..citizen(1).document() };
    assert_eq!(reason(world.collections().start_collection(start(unspecified)).await), "INVALID_FIELD");
    let checksum = IdentityDocument { number: "640101199003070016".into(), ..citizen(1).document() };
    let problem = outcome(world.collections().start_collection(start(checksum)).await).unwrap_err();
    assert_eq!(problem.facts.violations[0].field, "document.number");
    assert_eq!(world.count("SELECT COUNT(*) FROM collections").await, 0);
}

async fn under_fourteen_needs_a_guardian_and_under_sixteen_the_counter(database: TestDatabase) {
    let world = World::start(database).await;
    let child = born("2012-11-03", 1);
    let refused = world.collections().start_collection(start(child.document())).await;
    assert_eq!(reason(refused), "GUARDIAN_CONSENT_REQUIRED");
    // The clock stands at noon of 2 November 2026 in China: tomorrow is the fourteenth birthday.
    world.clock.advance(Duration::from_hours(12));
    let refused = world.collections().start_collection(start(child.document())).await;
    assert_eq!(reason(refused), "FACE_UNDER_AGE", "no camera opens for them");
    let youth = born("2010-11-03", 1);
    assert!(world.collections().start_collection(start(youth.document())).await.is_ok());
}

async fn steps_keep_their_order(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.begin(&citizen).await;
    let problem = outcome(world.collections().send_collection_code(send_code(&begun, &citizen.mobile)).await)
        .unwrap_err();
    assert_eq!(
        (problem.reason.as_str(), problem.facts.metadata["next_step"].as_str()),
        ("COLLECTION_STEP", "FACE")
    );
    let early = world.collections().finish_collection(finish(&begun, &citizen, "123456")).await;
    assert_eq!(reason(early), "COLLECTION_STEP");
    let session = world.open_face(&begun).await;
    let unfinished = world.collections().complete_collection_face(complete(&begun, session)).await;
    assert_eq!(reason(unfinished), "FACE_NOT_FINISHED");
    let dry = wire::CompleteCollectionFaceRequest { validate_only: true, ..complete(&begun, session) };
    let unfinished = world.collections().complete_collection_face(dry.clone()).await;
    assert_eq!(reason(unfinished), "FACE_NOT_FINISHED", "everything is checked");
    assert_eq!(step(&world, &begun.token).await.unwrap().birth_date, "", "not before the face");
    world.face.pass(session);
    world.collections().complete_collection_face(dry).await.unwrap();
    let begun = world.pass_face(begun, session).await;
    assert_eq!(step(&world, &begun.token).await.unwrap().birth_date, "****-**-**", "masked with the number");
    let again = world.collections().complete_collection_face(complete(&begun, session)).await;
    assert_eq!(reason(again), "COLLECTION_STEP", "a result serves once");
    assert!(world.sms.is_quiet().await);
    let unknown = wire::GetCollectionRequest { collection_token: "unknown".into() };
    assert_eq!(reason(world.collections().get_collection(unknown).await), "COLLECTION_NOT_FOUND");
}

async fn a_crash_after_the_face_is_resumed_without_a_new_face(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.begin(&citizen).await;
    let session = world.open_face(&begun).await;
    world.face.pass(session);
    // The result is redeemed, and the row that says so can't be written.
    let connection = world.sql().await;
    sea_orm::ConnectionTrait::execute_unprepared(&connection, "ALTER TABLE audit_log RENAME TO audit_gone")
        .await
        .unwrap();
    let lost = world.collections().complete_collection_face(complete(&begun, session)).await;
    assert_eq!(reason(lost), "UNAVAILABLE");
    sea_orm::ConnectionTrait::execute_unprepared(&connection, "ALTER TABLE audit_gone RENAME TO audit_log")
        .await
        .unwrap();
    connection.close().await.unwrap();
    assert_eq!(step(&world, &begun.token).await.unwrap().next_step(), CollectionStep::Face);
    // A new process, another request: the same result, once.
    let world = world.restart().await;
    let begun = world.pass_face(begun, session).await;
    let world = world.restart().await;
    assert_eq!(step(&world, &begun.token).await.unwrap().next_step(), CollectionStep::Profile);
    let code = world.collection_code(&begun, &citizen.mobile).await;
    world.collections().finish_collection(finish(&begun, &citizen, &code)).await.expect("collected");
}

async fn fifteen_minutes_after_the_last_step_it_is_over(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let begun = world.up_to_profile(&citizen).await;
    world.clock.advance(Duration::from_mins(14));
    world.collection_code(&begun, &citizen.mobile).await;
    world.clock.advance(Duration::from_mins(14));
    assert!(step(&world, &begun.token).await.is_ok(), "every step prolongs it");
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(step(&world, &begun.token).await.unwrap_err(), "COLLECTION_NOT_FOUND");
    let late = world.collections().send_collection_code(send_code(&begun, &citizen.mobile)).await;
    assert_eq!(reason(late), "COLLECTION_NOT_FOUND");
}

async fn repeats_get_the_first_answer(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let request = start(citizen.document());
    let first = world.collections().start_collection(request.clone()).await.unwrap().into_inner();
    let second = world.collections().start_collection(request.clone()).await.unwrap().into_inner();
    assert_eq!(first, second);
    assert_eq!(world.count("SELECT COUNT(*) FROM collections").await, 1);
    let other =
        wire::StartCollectionRequest { document: Some(crate::people::citizen(2).document()), ..request };
    assert_eq!(reason(world.collections().start_collection(other).await), "REQUEST_ID_REUSED");

    let begun = world.up_to_profile(&citizen).await;
    let send = send_code(&begun, &citizen.mobile);
    world.collections().send_collection_code(send.clone()).await.unwrap();
    world.collections().send_collection_code(send).await.unwrap();
    let code = world.sms.next().await.code.into_inner();
    assert!(world.sms.is_quiet().await, "sent once");
    let finish = finish(&begun, &citizen, &code);
    let first = world.collections().finish_collection(finish.clone()).await.unwrap().into_inner();
    let world = world.restart().await;
    let second = world.collections().finish_collection(finish).await.unwrap().into_inner();
    assert_eq!(first, second);
}

async fn validate_only_changes_nothing(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let dry = wire::StartCollectionRequest { validate_only: true, ..start(citizen.document()) };
    let answer = world.collections().start_collection(dry).await.unwrap().into_inner();
    assert_eq!(answer.collection_token, "");
    assert_eq!(world.count("SELECT COUNT(*) FROM collections").await, 0);

    let begun = world.up_to_profile(&citizen).await;
    let dry = wire::SendCollectionCodeRequest { validate_only: true, ..send_code(&begun, &citizen.mobile) };
    world.collections().send_collection_code(dry).await.unwrap();
    assert!(world.sms.is_quiet().await);
    let code = world.collection_code(&begun, &citizen.mobile).await;
    let dry = wire::FinishCollectionRequest { validate_only: true, ..finish(&begun, &citizen, &code) };
    let checked = world.collections().finish_collection(dry).await.unwrap().into_inner();
    assert_eq!(checked.person_id, "", "nobody was made");
    assert_eq!(world.count("SELECT COUNT(*) FROM persons").await, 0);
    let dry =
        wire::FinishCollectionRequest { validate_only: true, ..finish(&begun, &citizen, &wrong(&code)) };
    let problem = outcome(world.collections().finish_collection(dry).await).unwrap_err();
    assert_eq!(problem.facts.metadata["tries_left"], "4", "no oracle: a wrong code counts");
    world
        .collections()
        .finish_collection(finish(&begun, &citizen, &code))
        .await
        .expect("the code stayed usable");
}

async fn a_providers_face_check_is_handed_on(database: TestDatabase) {
    let world = World::start(database).await;
    let hosted = HostedCheck { provider: 4, url: "https://example.cn/auth".into(), verify_id: "".into() };
    *world.face.hosted.lock().unwrap() = Some(hosted);
    let begun = world.begin(&citizen(1)).await;
    let request = wire::BeginCollectionFaceRequest {
        collection_token: begun.token.clone(),
        consent: Some(begun.consent.clone()),
        request_id: id(),
        validate_only: false,
    };
    let open =
        async || world.collections().begin_collection_face(request.clone()).await.unwrap().into_inner();
    let first = open().await;
    let told = first.face_session.clone().unwrap().hosted.unwrap();
    assert_eq!(
        (told.provider, told.url.as_str(), told.verify_id.as_str()),
        (4, "https://example.cn/auth", "")
    );
    assert_eq!(open().await, first, "a repetition gets the same check");
}
