//! What a person sees of themselves, and what other services are told.

use shiming_proto::identity::v1 as wire;
use shiming_testkit::TestDatabase;

use crate::people::{born, citizen};
use crate::world::{World, finish, outcome, reason, within};

shiming_testkit::on_each_database!(resolving_is_audited_with_its_purpose, rare_names_survive,);
on_sqlite!(a_profile_is_masked, evidence_says_since_when_and_how_long,);

async fn a_profile_is_masked(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    let token = world.log_in(&citizen).await;
    let profile = world.persons().get_profile(within(&token, wire::GetProfileRequest {})).await.unwrap();
    let profile = profile.into_inner().profile.unwrap();
    assert_eq!((profile.name.as_str(), profile.mobile.as_str()), ("张*", "138****0001"));
    assert_eq!(profile.document_number, format!("640101********{}", &citizen.number[14..]));
    assert_eq!((profile.email.as_str(), profile.ethnicity_name.as_str()), ("z***@x.cn", "回族"));
    assert_eq!((profile.nationality_name.as_str(), profile.birth_date.as_str()), ("中国", "****-**-**"));
    let shown = format!("{profile:?}").replace(&profile.person_id, "");
    assert!(!shown.contains("1990"), "nothing beside the masked number tells what it hides: {shown}");
    assert!(profile.address.contains("兴庆区") && !profile.address.contains("某街"), "{}", profile.address);
    assert_eq!((profile.valid_until.as_str(), profile.long_term), ("2040-01-01", false));
    assert!(profile.evidence_time.is_some());
    assert_eq!(reason(world.persons().get_profile(wire::GetProfileRequest {}).await), "SESSION_REQUIRED");
}

async fn evidence_says_since_when_and_how_long(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    let token = world.log_in(&citizen).await;
    let ask = || within(&token, wire::GetEvidenceRequest {});
    let evidence = world.persons().get_evidence(ask()).await.unwrap().into_inner();
    let profile = world.persons().get_profile(within(&token, wire::GetProfileRequest {})).await.unwrap();
    let profile = profile.into_inner().profile.unwrap();
    assert_eq!((evidence.evidence, evidence.evidence_time), (profile.evidence, profile.evidence_time));
    let until: chrono::NaiveDate = profile.valid_until.parse().unwrap();
    let left = until
        .signed_duration_since(shiming_kernel::china_date(shiming_kernel::Clock::now(&*world.clock)))
        .num_days()
        + 1;
    assert!(evidence.document_valid);
    assert_eq!(evidence.document_days_left.map(i64::from), Some(left));
    assert_eq!(reason(world.persons().get_evidence(wire::GetEvidenceRequest {}).await), "SESSION_REQUIRED");
}

async fn resolving_is_audited_with_its_purpose(database: TestDatabase) {
    let world = World::start(database).await;
    let young = born("2009-11-02", 1);
    let person = world.collect(&young).await;
    let (_, mut persons) = world.for_enterprise_binding();
    let request = |purpose: i32| wire::ResolvePersonRequest { person_id: person.clone(), purpose };
    let resolved =
        persons.resolve_person(request(wire::ResolvePurpose::Application.into())).await.unwrap().into_inner();
    let document = resolved.document.unwrap();
    assert_eq!((document.number, document.name.as_str()), (young.number.clone(), "张三"));
    assert!(resolved.document_valid && !resolved.adult);
    let read = "SELECT COUNT(*) FROM audit_log WHERE action = 'person.resolved' AND actor = 'service:enterprise-binding' \
                AND detail LIKE '%application%'";
    assert_eq!(world.count(read).await, 1);
    assert_eq!(reason(persons.resolve_person(request(0)).await), "INVALID_FIELD");
    let unknown = wire::ResolvePersonRequest { person_id: crate::world::id(), purpose: 1 };
    assert_eq!(reason(persons.resolve_person(unknown).await), "PERSON_NOT_FOUND");
    assert_eq!(reason(world.persons().resolve_person(request(1)).await), "CALLER_NOT_ALLOWED");
    // A year and a day later: grown up.
    world.clock.advance(std::time::Duration::from_hours(24 * 366));
    assert!(persons.resolve_person(request(1)).await.unwrap().into_inner().adult);
    // And when the document has run out, it says so.
    world.clock.advance(std::time::Duration::from_hours(24 * 366 * 13));
    assert!(!persons.resolve_person(request(1)).await.unwrap().into_inner().document_valid);
}

async fn rare_names_survive(database: TestDatabase) {
    let world = World::start(database).await;
    let mut citizen = citizen(1);
    citizen.name = "\u{2B81A}\u{E000}·阿卜杜拉".into();
    let begun = world.up_to_profile(&citizen).await;
    let code = world.collection_code(&begun, &citizen.mobile).await;
    let person =
        world.collections().finish_collection(finish(&begun, &citizen, &code)).await.unwrap().into_inner();
    let (_, mut persons) = world.for_enterprise_binding();
    let request = wire::ResolvePersonRequest { person_id: person.person_id, purpose: 1 };
    let document = outcome(persons.resolve_person(request).await).unwrap().document.unwrap();
    assert_eq!(document.name, citizen.name);
    world.clock.advance(std::time::Duration::from_mins(1));
    // Another dot between the parts of the name is the same name.
    citizen.name = citizen.name.replace('·', "•");
    world.log_in(&citizen).await;
}
