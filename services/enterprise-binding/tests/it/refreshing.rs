//! 刷新: bindings from the registry.

use std::time::Duration;

use shiming_kernel::ErrorKind;
use shiming_proto::enterprise::v1::{
    BindingState, EnterpriseStatus, RefreshBindingsRequest, RegistryRow, Role,
};
use shiming_testkit::TestDatabase;

use crate::house::{CODE, House, LI, OTHER_CODE, WANG, ZHANG, document, fresh, row};

shiming_testkit::on_each_database!(
    the_registry_binds_its_very_person_and_nobody_else,
    a_face_of_the_last_ten_minutes_is_needed,
    minors_are_refused,
    a_dry_run_tells_and_changes_nothing,
    a_pending_application_is_confirmed_by_the_registry,
    two_refreshes_at_once_bind_once,
    nothing_is_bound_to_what_no_longer_exists,
);

async fn the_registry_binds_its_very_person_and_nobody_else(database: TestDatabase) {
    let house = House::start(database).await;
    let both = RegistryRow { finance_officer: Some(document(ZHANG)), ..row(OTHER_CODE, LI) };
    house.import(vec![row(CODE, ZHANG), both]).await;
    let zhang = house.person(ZHANG);
    let bound = house.refresh(&zhang).await.unwrap();
    let roles: Vec<_> = bound.iter().map(|binding| (binding.role(), binding.state())).collect();
    let active = BindingState::Active;
    assert_eq!(roles, [(Role::LegalRepresentative, active), (Role::FinanceOfficer, active)]);
    assert!(bound.iter().all(|binding| binding.from_registry && binding.decide_time.is_none()));
    assert!(house.refresh(&zhang).await.unwrap().is_empty(), "bound already");

    let namesake = house.person((WANG.0, "张三"));
    let renamed = house.person((ZHANG.0, "张叁"));
    assert!(house.refresh(&namesake).await.unwrap().is_empty(), "same name, another number");
    assert!(house.refresh(&renamed).await.unwrap().is_empty(), "same number, another name");
    let told = house.neighbours.event("binding.refreshed", zhang.id).await;
    assert_eq!(told.messages[0].template, "BINDING_FROM_REGISTRY");
    assert_eq!(told.messages[0].params["role"], "法定代表人");
}

async fn a_face_of_the_last_ten_minutes_is_needed(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row(CODE, ZHANG)]).await;
    let zhang = house.person(ZHANG);
    house.clock.advance(Duration::from_secs(601));
    let refused = house.refresh(&zhang).await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::FailedPrecondition, "STEP_UP_REQUIRED")
    );
    house.neighbours.change_session(&zhang.token, |session| session.step_up_time = None);
    assert_eq!(house.refresh(&zhang).await.unwrap_err().reason, "STEP_UP_REQUIRED");
    assert!(house.neighbours.resolved().is_empty(), "nobody is read without a face");
    let just_now = shiming_kernel::Clock::now(house.clock.as_ref());
    house.neighbours.change_session(&zhang.token, |session| session.step_up_time = Some(just_now));
    house.clock.advance(Duration::from_mins(10));
    assert_eq!(house.refresh(&zhang).await.unwrap().len(), 1);
}

async fn minors_are_refused(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row(CODE, ZHANG)]).await;
    let zhang = house.person(ZHANG);
    house.neighbours.change_citizen(zhang.id, |citizen| citizen.adult = false);
    assert_eq!(house.refresh(&zhang).await.unwrap_err().reason, "MINOR_NOT_ALLOWED");
}

async fn a_dry_run_tells_and_changes_nothing(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row(CODE, ZHANG)]).await;
    let zhang = house.person(ZHANG);
    let request = RefreshBindingsRequest { request_id: fresh(), validate_only: true };
    assert_eq!(house.refresh_as(&zhang, request).await.unwrap().len(), 1);
    assert!(house.bindings(&zhang).await.is_empty());
    assert_eq!(house.count("SELECT count(*) FROM outbox").await, 0);
}

async fn a_pending_application_is_confirmed_by_the_registry(database: TestDatabase) {
    let house = House::start(database).await;
    let (_, enterprise) = house.founded().await;
    let li = house.person(LI);
    let applied = house.submit(&li, &enterprise, Role::FinanceOfficer).await.unwrap();
    house.import(vec![RegistryRow { finance_officer: Some(document(LI)), ..row(CODE, ZHANG) }]).await;
    let confirmed = house.refresh(&li).await.unwrap().remove(0);
    assert_eq!(confirmed.binding_id, applied.binding_id, "the application itself, not a second one");
    assert_eq!((confirmed.state(), confirmed.from_registry), (BindingState::Active, true));
    let told = house.neighbours.event("binding.refreshed", li.id).await;
    assert_eq!(told.closings[0].todo_key, format!("application:{}", applied.binding_id));
}

async fn two_refreshes_at_once_bind_once(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row(CODE, ZHANG), row(OTHER_CODE, ZHANG)]).await;
    let zhang = house.person(ZHANG);
    let (one, two) = tokio::join!(house.refresh(&zhang), house.refresh(&zhang));
    assert_eq!(one.unwrap().len() + two.unwrap().len(), 2);
    assert_eq!(house.bindings(&zhang).await.len(), 2);
}

async fn nothing_is_bound_to_what_no_longer_exists(database: TestDatabase) {
    let house = House::start(database).await;
    let with = |code, status: EnterpriseStatus| RegistryRow { status: status.into(), ..row(code, ZHANG) };
    house
        .import(vec![with(CODE, EnterpriseStatus::Cancelled), with(OTHER_CODE, EnterpriseStatus::Abnormal)])
        .await;
    let bound = house.refresh(&house.person(ZHANG)).await.unwrap();
    assert_eq!(bound.len(), 1, "a 非正常 enterprise has duties, a cancelled one has none");
    assert_eq!(bound[0].enterprise.as_ref().unwrap().status(), EnterpriseStatus::Abnormal);
}
