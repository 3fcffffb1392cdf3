//! 切换: the session acts by another binding.

use shiming_kernel::ErrorKind;
use shiming_proto::enterprise::v1::{
    BindingState, EnterpriseStatus, RegistryRow, Role, SwitchEnterpriseRequest,
};
use shiming_testkit::TestDatabase;

use crate::house::{CODE, House, LI, OTHER_CODE, Person, WANG, ZHANG, fresh, row};

shiming_testkit::on_each_database!(
    the_session_acts_by_the_chosen_binding,
    a_repeat_gets_the_same_token_and_one_audit_row,
    what_is_not_active_or_not_ones_own_is_refused,
    a_dry_run_leaves_the_session_alone,
    nobody_acts_for_an_enterprise_that_is_not_in_normal_state,
    whom_the_registry_no_longer_names_acts_no_longer,
);

async fn the_session_acts_by_the_chosen_binding(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row(CODE, ZHANG), row(OTHER_CODE, ZHANG)]).await;
    let zhang = house.person(ZHANG);
    let bound = house.refresh(&zhang).await.unwrap();
    assert!(house.bindings(&zhang).await.iter().all(|binding| !binding.current));
    let switched = house.switch(&zhang, &bound[1]).await.unwrap();
    assert!(switched.binding.unwrap().current);
    assert_ne!(switched.session_token, zhang.token);
    let zhang = Person { token: switched.session_token, ..zhang };
    let session = house.neighbours.session(&zhang.token).unwrap();
    assert_eq!(session.binding_id.unwrap().to_string(), bound[1].binding_id);
    let current: Vec<_> =
        house.bindings(&zhang).await.into_iter().filter(|binding| binding.current).collect();
    assert_eq!(current.len(), 1);
    assert_eq!(current[0].binding_id, bound[1].binding_id);
    house.import(vec![row(CODE, LI), row(OTHER_CODE, LI)]).await;
    let own = house.bindings(&zhang).await;
    assert!(own.iter().all(|one| one.state() == BindingState::Suspended && !one.current), "carries nobody");
}

async fn a_repeat_gets_the_same_token_and_one_audit_row(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, _) = house.founded().await;
    let binding_id = house.bindings(&zhang).await[0].binding_id.clone();
    let request = SwitchEnterpriseRequest { binding_id, request_id: fresh(), validate_only: false };
    let first = house.switch_as(&zhang, request.clone()).await.unwrap();
    assert_eq!(house.switch_as(&zhang, request.clone()).await.unwrap(), first);
    assert_eq!(house.count("SELECT count(*) FROM audit_log WHERE action = 'session.switched'").await, 1);
    house.import(vec![row(CODE, LI)]).await;
    let ended = house.switch_as(&zhang, request).await.unwrap_err();
    assert_eq!(ended.reason, "BINDING_NOT_ACTIVE", "a repeat revives no right");
}

async fn what_is_not_active_or_not_ones_own_is_refused(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let (li, wang) = (house.person(LI), house.person(WANG));
    let pending = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    let refused = house.switch(&li, &pending).await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::PermissionDenied, "BINDING_NOT_ACTIVE")
    );
    assert_eq!(refused.facts.metadata["state"], "PENDING");
    let anothers = house.bindings(&zhang).await.remove(0);
    let stolen = house.switch(&wang, &anothers).await.unwrap_err();
    assert_eq!((stolen.kind(), stolen.reason.as_str()), (ErrorKind::NotFound, "BINDING_NOT_FOUND"));
    let nowhere = SwitchEnterpriseRequest { binding_id: fresh(), request_id: fresh(), validate_only: false };
    assert_eq!(house.switch_as(&wang, nowhere).await.unwrap_err(), stolen, "the same answer as for none");
    assert!(house.neighbours.session(&wang.token).unwrap().binding_id.is_none());
}

async fn nobody_acts_for_an_enterprise_that_is_not_in_normal_state(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, _) = house.founded().await;
    let binding = house.bindings(&zhang).await.remove(0);
    let switched = house.switch(&zhang, &binding).await.unwrap();
    let zhang = Person { token: switched.session_token, ..zhang };
    for status in [EnterpriseStatus::Abnormal, EnterpriseStatus::Cancelled, EnterpriseStatus::Revoked] {
        house.import(vec![RegistryRow { status: status.into(), ..row(CODE, ZHANG) }]).await;
        let refused = house.switch(&zhang, &binding).await.unwrap_err();
        assert_eq!(
            (refused.kind(), refused.reason.as_str()),
            (ErrorKind::FailedPrecondition, "ENTERPRISE_STATUS")
        );
        let own = house.bindings(&zhang).await.remove(0);
        assert_eq!((own.state(), own.current), (BindingState::Active, false));
        house.neighbours.arrival("enterprise.closed", |_| true).await;
        assert_eq!(house.neighbours.ended(), vec![binding.binding_id.clone()], "told at once, once");
    }
    house.import(vec![row(CODE, ZHANG)]).await;
    house.switch(&zhang, &binding).await.expect("normal again");
}

async fn whom_the_registry_no_longer_names_acts_no_longer(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let (li, wang) = (house.person(LI), house.person(WANG));
    let binding = house.bindings(&zhang).await.remove(0);
    house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    let task = house.neighbours.task("application.submitted", zhang.id).await.todos.remove(0).todo_key;
    house.import(vec![row(CODE, WANG)]).await;
    let event = house.neighbours.taken("approver.deactivated", zhang.id).await;
    assert_eq!(event.closings.len(), 1);
    assert_eq!(event.closings[0].todo_key, task);
    assert_eq!(house.neighbours.ended(), [binding.binding_id]);
    house.refresh(&wang).await.unwrap();
    let handed = house.neighbours.task("approver.activated", wang.id).await;
    assert_eq!(handed.todos[0].todo_key, task, "handed over");
}

async fn a_dry_run_leaves_the_session_alone(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, _) = house.founded().await;
    let binding_id = house.bindings(&zhang).await[0].binding_id.clone();
    let request = SwitchEnterpriseRequest { binding_id, request_id: fresh(), validate_only: true };
    let answer = house.switch_as(&zhang, request).await.unwrap();
    assert_eq!((answer.session_token.as_str(), answer.binding.unwrap().current), ("", false));
    assert!(house.neighbours.session(&zhang.token).unwrap().binding_id.is_none());
    assert_eq!(house.count("SELECT count(*) FROM audit_log WHERE action = 'session.switched'").await, 0);
}
