//! Whom the outbox tells what.

use shiming_proto::enterprise::v1::{Decision, RegistryRow, Role};
use shiming_testkit::TestDatabase;

use crate::house::{CODE, House, LI, WANG, ZHANG, document, row};

shiming_testkit::on_each_database!(
    an_application_tells_the_applicant_and_tasks_every_approver,
    a_decision_tells_the_applicant_and_ends_the_task,
    who_becomes_an_approver_gets_what_waits,
    nothing_that_failed_is_told,
);

async fn an_application_tells_the_applicant_and_tasks_every_approver(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![RegistryRow { finance_officer: Some(document(WANG)), ..row(CODE, ZHANG) }]).await;
    let (zhang, wang, li) = (house.person(ZHANG), house.person(WANG), house.person(LI));
    let enterprise = house.refresh(&zhang).await.unwrap()[0].enterprise.clone().unwrap();
    house.refresh(&wang).await.unwrap();
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    let event = house.neighbours.event("application.submitted", li.id).await;
    assert_eq!(event.messages.len(), 1);
    assert_eq!(event.messages[0].template, "APPLICATION_SUBMITTED");
    let mut tasked: Vec<_> = event.todos.iter().map(|todo| todo.person_id.clone()).collect();
    tasked.sort();
    let mut approvers = [zhang.id.to_string(), wang.id.to_string()];
    approvers.sort();
    assert_eq!(tasked, approvers);
    for todo in &event.todos {
        assert_eq!(todo.todo_key, format!("application:{}", applied.binding_id));
        assert_eq!(todo.template, "APPLICATION_TO_DECIDE");
        assert_eq!(todo.params["applicant"], "李*", "masked");
        assert_eq!((todo.params["role"].as_str(), &todo.params["enterprise"]), ("办税员", &enterprise.name));
    }
    let own = house.submit(&wang, &enterprise, Role::Administrator).await.unwrap();
    let event = house.neighbours.event("application.submitted", wang.id).await;
    assert_eq!(event.todos.len(), 1, "not the applicant, though an approver");
    assert_eq!(event.todos[0].todo_key, format!("application:{}", own.binding_id));
}

async fn a_decision_tells_the_applicant_and_ends_the_task(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let cases = [
        (Role::TaxClerk, Decision::Approve, "application.approved", "APPLICATION_APPROVED"),
        (Role::TaxAgent, Decision::Reject, "application.rejected", "APPLICATION_REJECTED"),
    ];
    for (role, decision, kind, template) in cases {
        let applied = house.submit(&li, &enterprise, role).await.unwrap();
        house.decide(&zhang, &applied, decision).await.unwrap();
        let event = house.neighbours.event(kind, li.id).await;
        assert_eq!(event.messages[0].template, template);
        assert_eq!(event.closings[0].todo_key, format!("application:{}", applied.binding_id));
    }
    let kinds: Vec<_> = house.neighbours.events().into_iter().map(|event| event.r#type).collect();
    let expected = [
        "binding.refreshed",
        "application.submitted",
        "application.approved",
        "application.submitted",
        "application.rejected",
    ];
    assert_eq!(kinds, expected, "in order");
}

async fn who_becomes_an_approver_gets_what_waits(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row(CODE, ZHANG)]).await;
    let (li, wang) = (house.person(LI), house.person(WANG));
    let shown = house.look_up(&li, CODE).await.unwrap();
    let clerk = house.submit(&li, &shown, Role::TaxClerk).await.unwrap();
    let administrator = house.submit(&wang, &shown, Role::Administrator).await.unwrap();
    assert!(
        house.neighbours.event("application.submitted", li.id).await.todos.is_empty(),
        "nobody there yet"
    );

    let zhang = house.person(ZHANG);
    house.refresh(&zhang).await.unwrap();
    let handed = house.neighbours.task("approver.activated", zhang.id).await;
    let keys: Vec<_> = handed.todos.iter().map(|todo| todo.todo_key.clone()).collect();
    let expected = [&clerk, &administrator].map(|applied| format!("application:{}", applied.binding_id));
    assert_eq!(keys, expected);

    house.decide(&zhang, &administrator, Decision::Approve).await.unwrap();
    let handed = house.neighbours.task("approver.activated", wang.id).await;
    assert_eq!(handed.todos.len(), 1, "what is just being decided is no task");
    assert_eq!(handed.todos[0].todo_key, expected[0]);
}

async fn nothing_that_failed_is_told(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let before = house.count("SELECT count(*) FROM outbox").await;
    house.submit(&li, &enterprise, Role::LegalRepresentative).await.unwrap_err();
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap_err();
    house.decide(&li, &applied, Decision::Approve).await.unwrap_err();
    assert_eq!(house.count("SELECT count(*) FROM outbox").await, before + 1);
    house.decide(&zhang, &applied, Decision::Approve).await.unwrap();
    assert_eq!(house.count("SELECT count(*) FROM outbox").await, before + 2);
}
