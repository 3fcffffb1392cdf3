//! A repeat is answered from the record; a dry run leaves no trace.

use shiming_kernel::ErrorKind;
use shiming_proto::enterprise::v1::{
    BindingState, DecideApplicationRequest, Decision, RefreshBindingsRequest, Role, SubmitApplicationRequest,
};
use shiming_testkit::TestDatabase;

use crate::house::{CODE, House, LI, WANG, ZHANG, decision_on, fresh, row, submission};

shiming_testkit::on_each_database!(
    a_repeated_submission_gets_the_first_answer,
    a_repeated_decision_gets_the_first_answer,
    a_repeated_refresh_needs_no_new_face,
    a_request_id_serves_one_command_of_one_person,
    a_dry_run_checks_everything_and_changes_nothing,
);

async fn a_repeated_submission_gets_the_first_answer(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let request = submission(&enterprise, Role::TaxClerk);
    let (one, two) =
        tokio::join!(house.submit_as(&li, request.clone()), house.submit_as(&li, request.clone()));
    let first = one.unwrap();
    assert_eq!(first, two.unwrap());
    house.decide(&zhang, &first, Decision::Approve).await.unwrap();
    assert_eq!(
        house.submit_as(&li, request).await.unwrap().state(),
        BindingState::Pending,
        "as answered then"
    );
    assert_eq!(house.bindings(&li).await.len(), 1);
    assert_eq!(house.count("SELECT count(*) FROM outbox WHERE topic = 'application.submitted'").await, 1);
    assert_eq!(house.count("SELECT count(*) FROM audit_log WHERE action = 'application.submitted'").await, 1);
}

async fn a_repeated_decision_gets_the_first_answer(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    let request = decision_on(&applied, Decision::Approve);
    let first = house.decide_as(&zhang, request.clone()).await.unwrap();
    assert_eq!(house.decide_as(&zhang, request.clone()).await.unwrap(), first);
    house.import(vec![row(CODE, WANG)]).await;
    assert_eq!(house.decide_as(&zhang, request).await.unwrap(), first, "what was done is done");
    assert_eq!(house.count("SELECT count(*) FROM audit_log WHERE action = 'application.approved'").await, 1);
}

async fn a_repeated_refresh_needs_no_new_face(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row(CODE, ZHANG)]).await;
    let zhang = house.person(ZHANG);
    let request = RefreshBindingsRequest { request_id: fresh(), validate_only: false };
    let first = house.refresh_as(&zhang, request.clone()).await.unwrap();
    house.clock.advance(std::time::Duration::from_hours(1));
    assert_eq!(house.refresh_as(&zhang, request).await.unwrap(), first);
}

async fn a_request_id_serves_one_command_of_one_person(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let (li, wang) = (house.person(LI), house.person(WANG));
    let request = submission(&enterprise, Role::TaxClerk);
    let applied = house.submit_as(&li, request.clone()).await.unwrap();
    let other = SubmitApplicationRequest { role: Role::TaxAgent.into(), ..request.clone() };
    let refused = house.submit_as(&li, other).await.unwrap_err();
    assert_eq!((refused.kind(), refused.reason.as_str()), (ErrorKind::AlreadyExists, "REQUEST_ID_REUSED"));
    let theirs = house.submit_as(&wang, request.clone()).await.unwrap();
    assert_ne!(theirs.binding_id, applied.binding_id, "another person's is another record");
    let decision = decision_on(&applied, Decision::Approve);
    house.decide_as(&zhang, decision.clone()).await.unwrap();
    let opposite = DecideApplicationRequest { decision: Decision::Reject.into(), ..decision };
    assert_eq!(house.decide_as(&zhang, opposite).await.unwrap_err().reason, "REQUEST_ID_REUSED");
}

async fn a_dry_run_checks_everything_and_changes_nothing(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let request = SubmitApplicationRequest { validate_only: true, ..submission(&enterprise, Role::TaxClerk) };
    let would_be = house.submit_as(&li, request.clone()).await.unwrap();
    assert_eq!(would_be.state(), BindingState::Pending);
    assert!(house.bindings(&li).await.is_empty());
    let wet = SubmitApplicationRequest { validate_only: false, ..request.clone() };
    let applied = house.submit_as(&li, wet).await.unwrap();
    assert_eq!(house.submit_as(&li, request).await.unwrap_err().reason, "BINDING_EXISTS");
    let dry = DecideApplicationRequest { validate_only: true, ..decision_on(&applied, Decision::Approve) };
    assert_eq!(house.decide_as(&zhang, dry).await.unwrap().state(), BindingState::Active);
    assert_eq!(house.bindings(&li).await[0].state(), BindingState::Pending);
}
