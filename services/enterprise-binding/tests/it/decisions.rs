//! 办税身份审批: who decides, and that it is decided once.

use std::time::Duration;

use shiming_kernel::ErrorKind;
use shiming_proto::enterprise::v1::{
    Application, BindingState, DecideApplicationRequest, Decision, EnterpriseStatus, RegistryRow, Role,
};
use shiming_testkit::TestDatabase;

use crate::house::{CODE, House, LI, OTHER_CODE, WANG, ZHANG, decision_on, document, fresh, row};

shiming_testkit::on_each_database!(
    an_approved_person_acts_and_a_rejected_one_does_not,
    nobody_else_decides,
    the_approvers_right_counts_at_the_moment_of_deciding,
    decided_once_and_the_second_is_told,
    two_approvers_at_once_make_one_decision,
    the_applicants_document_counts_on_approval,
    an_approver_by_approval_decides_too,
    an_enterprise_out_of_business_takes_nobody_in,
    a_late_decision_finds_the_application_expired,
);

async fn an_approved_person_acts_and_a_rejected_one_does_not(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let clerk = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    let issuer = house.submit(&li, &enterprise, Role::InvoiceIssuer).await.unwrap();
    house.clock.advance(Duration::from_mins(1));
    let approved = house.decide(&zhang, &clerk, Decision::Approve).await.unwrap();
    assert_eq!(approved.state(), BindingState::Active);
    assert_eq!(approved.decide_time.unwrap().seconds - approved.create_time.unwrap().seconds, 60);
    assert_ne!(approved.etag, clerk.etag);
    assert_eq!(
        house.decide(&zhang, &issuer, Decision::Reject).await.unwrap().state(),
        BindingState::Rejected
    );
    let own = house.bindings(&li).await;
    let states: Vec<_> = own.iter().map(|binding| (binding.role(), binding.state())).collect();
    assert_eq!(
        states,
        [(Role::InvoiceIssuer, BindingState::Rejected), (Role::TaxClerk, BindingState::Active)]
    );
    assert!(own.iter().all(|binding| binding.expire_time.is_none() && !binding.from_registry));
    assert!(house.switch(&li, &clerk).await.is_ok());
    assert_eq!(house.switch(&li, &issuer).await.unwrap_err().reason, "BINDING_NOT_ACTIVE");
    let seen: Vec<_> = house.applications(&zhang).await.iter().map(Application::state).collect();
    assert_eq!(seen, [BindingState::Rejected, BindingState::Active], "decided ones stay in the list");
}

async fn nobody_else_decides(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    house.import(vec![row(OTHER_CODE, WANG)]).await;
    let (li, wang) = (house.person(LI), house.person(WANG));
    house.refresh(&wang).await.unwrap();
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    let own = house.decide(&li, &applied, Decision::Approve).await.unwrap_err();
    assert_eq!((own.kind(), own.reason.as_str()), (ErrorKind::PermissionDenied, "APPROVER_IS_APPLICANT"));
    let other = house.decide(&wang, &applied, Decision::Approve).await.unwrap_err();
    assert_eq!((other.kind(), other.reason.as_str()), (ErrorKind::NotFound, "APPLICATION_NOT_FOUND"));
    let nowhere =
        DecideApplicationRequest { binding_id: fresh(), ..decision_on(&applied, Decision::Approve) };
    assert_eq!(house.decide_as(&zhang, nowhere).await.unwrap_err().reason, "APPLICATION_NOT_FOUND");
    let clerk = house.person(("110101200002290018", "赵六"));
    let colleague = house.submit(&clerk, &enterprise, Role::TaxClerk).await.unwrap();
    house.decide(&zhang, &colleague, Decision::Approve).await.unwrap();
    let powerless = house.decide(&clerk, &applied, Decision::Approve).await.unwrap_err();
    assert_eq!(powerless.reason, "APPLICATION_NOT_FOUND", "a clerk decides nothing");
    let registry_binding = house.bindings(&wang).await.remove(0);
    let nothing = house.decide(&zhang, &registry_binding, Decision::Reject).await.unwrap_err();
    assert_eq!(nothing.reason, "APPLICATION_NOT_FOUND", "nobody applied for it");
    let about_li = house.neighbours.resolved().iter().filter(|(person, _)| *person == li.id).count();
    assert_eq!(about_li, 1, "only by their own submission: nobody has a stranger looked up by guessing ids");
}

async fn the_approvers_right_counts_at_the_moment_of_deciding(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    assert_eq!(house.applications(&zhang).await.len(), 1);
    house.import(vec![row(CODE, WANG)]).await;
    let ended = house.decide(&zhang, &applied, Decision::Approve).await.unwrap_err();
    assert_eq!((ended.kind(), ended.reason.as_str()), (ErrorKind::PermissionDenied, "BINDING_NOT_ACTIVE"));
    assert_eq!(ended.facts.metadata["state"], "SUSPENDED");
    assert!(house.applications(&zhang).await.is_empty());
    assert_eq!(house.bindings(&li).await[0].state(), BindingState::Pending);
}

async fn decided_once_and_the_second_is_told(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    let stale = DecideApplicationRequest { etag: "ff".into(), ..decision_on(&applied, Decision::Approve) };
    let stale = house.decide_as(&zhang, stale).await.unwrap_err();
    assert_eq!((stale.kind(), stale.reason.as_str()), (ErrorKind::Aborted, "CONCURRENT_CHANGE"));
    house.decide(&zhang, &applied, Decision::Reject).await.unwrap();
    let again = house.decide(&zhang, &applied, Decision::Approve).await.unwrap_err();
    assert_eq!((again.kind(), again.reason.as_str()), (ErrorKind::FailedPrecondition, "APPLICATION_DECIDED"));
    assert_eq!(again.facts.metadata["state"], "REJECTED");
    assert!(again.words.contains("已拒绝"));
}

async fn two_approvers_at_once_make_one_decision(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![RegistryRow { finance_officer: Some(document(WANG)), ..row(CODE, ZHANG) }]).await;
    let (zhang, wang, li) = (house.person(ZHANG), house.person(WANG), house.person(LI));
    let enterprise = house.refresh(&zhang).await.unwrap()[0].enterprise.clone().unwrap();
    house.refresh(&wang).await.unwrap();
    let replica = house.replica().await;
    for role in [Role::TaxClerk, Role::InvoiceIssuer, Role::TaxAgent] {
        let applied = house.submit(&li, &enterprise, role).await.unwrap();
        let (one, two) = tokio::join!(
            house.decide(&zhang, &applied, Decision::Approve),
            replica.decide(&wang, &applied, Decision::Reject)
        );
        let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
        let (won, lost) = (won.unwrap(), lost.unwrap_err());
        assert_eq!(lost.reason, "APPLICATION_DECIDED");
        let state = if won.state() == BindingState::Active { "ACTIVE" } else { "REJECTED" };
        assert_eq!(lost.facts.metadata["state"], state);
        assert_eq!(house.bindings(&li).await[0].state(), won.state());
    }
    let decided =
        "SELECT count(*) FROM audit_log WHERE action IN ('application.approved', 'application.rejected')";
    assert_eq!(house.count(decided).await, 3);
}

async fn the_applicants_document_counts_on_approval(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    house.neighbours.change_citizen(li.id, |citizen| citizen.document_valid = false);
    let refused = house.decide(&zhang, &applied, Decision::Approve).await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::FailedPrecondition, "DOCUMENT_EXPIRED")
    );
    assert!(house.decide(&zhang, &applied, Decision::Reject).await.is_ok(), "saying no is always possible");
}

async fn an_approver_by_approval_decides_too(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let (li, wang) = (house.person(LI), house.person(WANG));
    let administrator = house.submit(&li, &enterprise, Role::Administrator).await.unwrap();
    let clerk = house.submit(&wang, &enterprise, Role::TaxClerk).await.unwrap();
    assert_eq!(
        house.decide(&li, &clerk, Decision::Approve).await.unwrap_err().reason,
        "APPLICATION_NOT_FOUND",
        "not before being approved"
    );
    house.decide(&zhang, &administrator, Decision::Approve).await.unwrap();
    assert!(house.decide(&li, &clerk, Decision::Approve).await.is_ok());
}

async fn an_enterprise_out_of_business_takes_nobody_in(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    house.import(vec![RegistryRow { status: EnterpriseStatus::Cancelled.into(), ..row(CODE, ZHANG) }]).await;
    let refused = house.decide(&zhang, &applied, Decision::Approve).await.unwrap_err();
    assert_eq!(refused.reason, "ENTERPRISE_STATUS");
    assert!(house.decide(&zhang, &applied, Decision::Reject).await.is_ok());
}

async fn a_late_decision_finds_the_application_expired(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    house.clock.advance(Duration::from_hours(30 * 24));
    let late = house.decide(&zhang, &applied, Decision::Approve).await.unwrap_err();
    assert_eq!(
        (late.reason.as_str(), late.facts.metadata["state"].as_str()),
        ("APPLICATION_DECIDED", "EXPIRED")
    );
}
