//! Finding an enterprise, without walking through the registry.

use std::time::Duration;

use shiming_kernel::ErrorKind;
use shiming_proto::enterprise::v1::{EnterpriseStatus, RegistryRow};
use shiming_rpc::status::Problem;
use shiming_testkit::TestDatabase;

use crate::house::{CODE, House, LI, OTHER_CODE, WANG, ZHANG, row};

shiming_testkit::on_each_database!(
    an_enterprise_is_found_as_typed_with_its_people_masked,
    what_is_unknown_or_malformed_says_so,
    a_failing_checksum_is_overridden_by_the_registry,
    an_enterprise_out_of_business_is_refused_by_its_status,
    look_ups_are_counted_per_person_and_day_even_at_once,
    a_sole_proprietors_number_finds_but_is_not_shown,
    nothing_is_found_without_a_session,
);

async fn an_enterprise_is_found_as_typed_with_its_people_masked(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row(CODE, WANG)]).await;
    let who = house.person(LI);
    for typed in [CODE, " 91640100ma75000124 ", "９１６４０１００MA75000124"] {
        let found = house.look_up(&who, typed).await.unwrap();
        assert_eq!(found.unified_social_credit_code, CODE);
        assert_eq!(found.legal_representative_masked, "王*丰");
        assert!(!found.etag.is_empty());
    }
}

async fn what_is_unknown_or_malformed_says_so(database: TestDatabase) {
    let house = House::start(database).await;
    let who = house.person(LI);
    let unknown = house.look_up(&who, CODE).await.unwrap_err();
    assert_eq!((unknown.kind(), unknown.reason.as_str()), (ErrorKind::NotFound, "ENTERPRISE_NOT_FOUND"));
    assert!(unknown.words.contains("未查询到该企业"));
    let mistyped = house.look_up(&who, "91640100MA75000125").await.unwrap_err();
    assert_eq!(mistyped.reason, "ENTERPRISE_NOT_FOUND");
    assert!(mistyped.words.contains("校验位"), "{}", mistyped.words);
    for typed in ["", "1", "91640100MA75000I24", "'; DROP TABLE enterprises; --"] {
        let refused = house.look_up(&who, typed).await.unwrap_err();
        assert_eq!(
            (refused.reason.as_str(), refused.facts.violations[0].field.as_str()),
            ("INVALID_FIELD", "identifier")
        );
    }
}

async fn a_failing_checksum_is_overridden_by_the_registry(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row("91640100MA75000125", ZHANG)]).await;
    assert!(house.look_up(&house.person(LI), "91640100MA75000125").await.is_ok());
}

async fn an_enterprise_out_of_business_is_refused_by_its_status(database: TestDatabase) {
    let house = House::start(database).await;
    let who = house.person(LI);
    let statuses = [
        (EnterpriseStatus::Abnormal, "ABNORMAL", "非正常"),
        (EnterpriseStatus::Cancelled, "CANCELLED", "注销"),
        (EnterpriseStatus::Revoked, "REVOKED", "吊销"),
    ];
    for (status, name, label) in statuses {
        house.import(vec![RegistryRow { status: status.into(), ..row(CODE, ZHANG) }]).await;
        let refused = house.look_up(&who, CODE).await.unwrap_err();
        assert_eq!(
            (refused.kind(), refused.reason.as_str()),
            (ErrorKind::FailedPrecondition, "ENTERPRISE_STATUS")
        );
        assert_eq!(refused.facts.metadata["status"], name);
        assert!(refused.words.contains(label));
    }
}

async fn look_ups_are_counted_per_person_and_day_even_at_once(database: TestDatabase) {
    let house = House::start_with(database, |config| config.registry.lookups_per_day = 5).await;
    house.import(vec![row(CODE, ZHANG)]).await;
    let (who, other) = (house.person(LI), house.person(WANG));
    let many = futures::future::join_all((0..12).map(|_| house.look_up(&who, CODE))).await;
    assert_eq!(many.iter().filter(|answer| answer.is_ok()).count(), 5);
    let refused = house.look_up(&who, OTHER_CODE).await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::ResourceExhausted, "ENTERPRISE_LOOKUPS_EXHAUSTED")
    );
    assert_eq!(refused.facts.retry_after.unwrap().as_secs() / 3600, 13, "until Beijing midnight, from 10:00");
    assert!(house.look_up(&other, CODE).await.is_ok(), "another person has a count of their own");
    let replica = house.replica().await;
    assert!(replica.look_up(&who, CODE).await.is_err(), "a restart gives nobody more");
    house.clock.advance(Duration::from_hours(14));
    assert!(house.look_up(&who, CODE).await.is_ok(), "the next day");
}

async fn a_sole_proprietors_number_finds_but_is_not_shown(database: TestDatabase) {
    let house = House::start(database).await;
    let own_number = "64010119900307001501";
    let proprietor = RegistryRow {
        unified_social_credit_code: String::new(),
        taxpayer_id: own_number.into(),
        ..row(CODE, ZHANG)
    };
    assert_eq!(house.import(vec![proprietor]).await.stored_count, 1);
    let found = house.look_up(&house.person(LI), own_number).await.unwrap();
    assert!(!found.taxpayer_id.contains("19900307"), "{}", found.taxpayer_id);
}

async fn nothing_is_found_without_a_session(database: TestDatabase) {
    use shiming_proto::enterprise::v1::LookUpEnterpriseRequest;
    use shiming_proto::enterprise::v1::registry_service_client::RegistryServiceClient;
    let house = House::start(database).await;
    house.import(vec![row(CODE, ZHANG)]).await;
    let request = LookUpEnterpriseRequest { identifier: CODE.into() };
    let mut client = RegistryServiceClient::new(house.channel("gateway"));
    let refused = Problem::from(client.look_up_enterprise(request).await.unwrap_err());
    assert_eq!((refused.kind(), refused.reason.as_str()), (ErrorKind::Unauthenticated, "SESSION_REQUIRED"));
}
