//! What the registry takes in, and what a change of it does.

use shiming_proto::enterprise::v1::{BindingState, EnterpriseStatus, ImportEnterprisesRequest, RegistryRow};
use shiming_rpc::status::Problem;
use shiming_testkit::TestDatabase;

use crate::house::{CODE, House, LI, OTHER_CODE, WANG, ZHANG, document, row};

shiming_testkit::on_each_database!(
    rows_are_stored_once_and_faults_are_told,
    only_a_hundred_failures_are_told,
    identifiers_of_two_enterprises_in_one_row_are_refused,
    two_imports_of_the_same_rows_both_succeed,
    a_new_legal_representative_ends_the_old_ones_rights_at_once,
    only_the_displaced_officer_is_suspended,
    only_operators_import,
);

async fn rows_are_stored_once_and_faults_are_told(database: TestDatabase) {
    let house = House::start_with(database, |config| config.registry.import_chunk = 2).await;
    let rows = || {
        vec![
            row(CODE, ZHANG),
            RegistryRow {
                row_id: "strange".into(),
                unified_social_credit_code: "9164010".into(),
                ..row(OTHER_CODE, ZHANG)
            },
            RegistryRow { row_id: "number".into(), ..row(OTHER_CODE, ("640101199003070016", "张三")) },
            RegistryRow { row_id: "nobody".into(), legal_representative: None, ..row(OTHER_CODE, ZHANG) },
            row(OTHER_CODE, LI),
        ]
    };
    let summary = house.import(rows()).await;
    assert_eq!((summary.stored_count, summary.unchanged_count, summary.failed_count), (2, 0, 3));
    let told: Vec<_> =
        summary.failures.iter().map(|f| (f.row_id.as_str(), f.field.as_str(), f.reason.as_str())).collect();
    let expected = [
        ("strange", "unified_social_credit_code", "USCC_LENGTH"),
        ("number", "legal_representative.number", "ID_CHECKSUM"),
        ("nobody", "legal_representative", "REQUIRED"),
    ];
    assert_eq!(told, expected);
    let again = house.import(rows()).await;
    assert_eq!((again.stored_count, again.unchanged_count, again.failed_count), (0, 2, 3));
    assert_eq!(house.count("SELECT count(*) FROM enterprises").await, 2);
}

async fn only_a_hundred_failures_are_told(database: TestDatabase) {
    let house = House::start(database).await;
    let rows = (0..250).map(|n| RegistryRow { row_id: n.to_string(), ..RegistryRow::default() }).collect();
    let summary = house.import(rows).await;
    assert_eq!((summary.failed_count, summary.failures.len()), (250, 100));
    assert_eq!(summary.failures[99].row_id, "99");
}

async fn identifiers_of_two_enterprises_in_one_row_are_refused(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row(CODE, ZHANG), row(OTHER_CODE, LI)]).await;
    let summary =
        house.import(vec![RegistryRow { taxpayer_id: OTHER_CODE.into(), ..row(CODE, ZHANG) }]).await;
    assert_eq!(summary.failures[0].reason, "IDENTIFIER_CONFLICT");
}

async fn two_imports_of_the_same_rows_both_succeed(database: TestDatabase) {
    let house = House::start(database).await;
    let rows = || vec![row(CODE, ZHANG), row(OTHER_CODE, LI)];
    let (one, two) = tokio::join!(house.import(rows()), house.import(rows()));
    assert_eq!(one.failed_count + two.failed_count, 0);
    assert_eq!(one.stored_count + two.stored_count, 2);
    assert_eq!(one.unchanged_count + two.unchanged_count, 2);
}

async fn a_new_legal_representative_ends_the_old_ones_rights_at_once(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, before) = house.founded().await;
    let bound = house.bindings(&zhang).await.remove(0);
    assert_eq!(house.import(vec![row(CODE, LI)]).await.stored_count, 1);

    let suspended = house.bindings(&zhang).await.remove(0);
    assert_eq!(suspended.state(), BindingState::Suspended);
    assert_ne!(suspended.etag, bound.etag);
    assert_ne!(suspended.enterprise.unwrap().etag, before.etag);
    assert_eq!(house.switch(&zhang, &bound).await.unwrap_err().reason, "BINDING_NOT_ACTIVE");
    assert!(house.refresh(&zhang).await.unwrap().is_empty(), "the registry names somebody else");
    let told = house.neighbours.event("binding.suspended", zhang.id).await;
    assert_eq!(told.messages[0].template, "BINDING_SUSPENDED");

    let li = house.person(LI);
    assert_eq!(house.refresh(&li).await.unwrap().len(), 1);
    house.import(vec![row(CODE, ZHANG)]).await;
    let back = house.refresh(&zhang).await.unwrap().remove(0);
    assert_ne!(back.binding_id, bound.binding_id, "a new record; the history stays");
    assert_eq!(house.bindings(&zhang).await.len(), 2);
}

async fn only_the_displaced_officer_is_suspended(database: TestDatabase) {
    let house = House::start(database).await;
    let with_officer = |officer| RegistryRow { finance_officer: Some(document(officer)), ..row(CODE, ZHANG) };
    house.import(vec![with_officer(LI)]).await;
    let (zhang, li, wang) = (house.person(ZHANG), house.person(LI), house.person(WANG));
    house.refresh(&zhang).await.unwrap();
    house.refresh(&li).await.unwrap();
    house.import(vec![with_officer(WANG)]).await;
    assert_eq!(house.bindings(&zhang).await[0].state(), BindingState::Active);
    assert_eq!(house.bindings(&li).await[0].state(), BindingState::Suspended);
    assert_eq!(house.refresh(&wang).await.unwrap().len(), 1);
    house.import(vec![RegistryRow { status: EnterpriseStatus::Abnormal.into(), ..with_officer(WANG) }]).await;
    assert_eq!(house.bindings(&wang).await[0].state(), BindingState::Active, "a status displaces nobody");
}

async fn only_operators_import(database: TestDatabase) {
    use shiming_proto::enterprise::v1::registry_service_client::RegistryServiceClient;
    let house = House::start(database).await;
    for caller in ["gateway", "identity"] {
        let mut client = RegistryServiceClient::new(house.channel(caller));
        let rows = futures::stream::iter([ImportEnterprisesRequest { row: Some(row(CODE, ZHANG)) }]);
        let refused = client.import_enterprises(rows).await.unwrap_err();
        assert_eq!(Problem::from(refused).reason, "CALLER_NOT_ALLOWED", "{caller}");
    }
    assert_eq!(house.count("SELECT count(*) FROM enterprises").await, 0);
}
