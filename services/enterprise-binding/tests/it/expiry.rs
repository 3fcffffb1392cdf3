//! Applications that nobody decides.

use std::time::Duration;

use shiming_proto::enterprise::v1::{Binding, BindingState, Decision, Role};
use shiming_testkit::TestDatabase;

use crate::house::{House, LI, WANG};

shiming_testkit::on_each_database!(
    what_nobody_decides_lapses_with_a_message,
    a_sweep_goes_on_where_another_stopped,
    a_lapsed_application_is_not_in_the_way,
);

const LIFETIME: Duration = Duration::from_hours(30 * 24);

async fn what_nobody_decides_lapses_with_a_message(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let lapsing = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    let decided = house.submit(&li, &enterprise, Role::TaxAgent).await.unwrap();
    house.decide(&zhang, &decided, Decision::Approve).await.unwrap();
    house.clock.advance(LIFETIME.saturating_sub(Duration::from_secs(1)));
    assert_eq!(house.service().sweep().await.unwrap(), 0);
    house.clock.advance(Duration::from_secs(1));
    assert_eq!(house.service().sweep().await.unwrap(), 1);
    assert_eq!(house.service().sweep().await.unwrap(), 0);
    let states: Vec<_> = house.bindings(&li).await.iter().map(Binding::state).collect();
    assert_eq!(states, [BindingState::Active, BindingState::Expired]);
    let told = house.neighbours.event("application.expired", li.id).await;
    assert_eq!(told.messages[0].template, "APPLICATION_EXPIRED");
    assert_eq!(told.closings[0].todo_key, format!("application:{}", lapsing.binding_id));
}

async fn a_sweep_goes_on_where_another_stopped(database: TestDatabase) {
    let house = House::start(database).await;
    let (_, enterprise) = house.founded().await;
    let (li, wang) = (house.person(LI), house.person(WANG));
    for role in [Role::TaxClerk, Role::TaxAgent, Role::InvoiceIssuer, Role::Other] {
        house.submit(&li, &enterprise, role).await.unwrap();
        house.submit(&wang, &enterprise, role).await.unwrap();
    }
    house.clock.advance(LIFETIME);
    let replica = house.replica().await;
    let (one, two) = tokio::join!(house.service().sweep(), replica.service().sweep());
    assert_eq!(one.unwrap() + two.unwrap(), 8, "each lapses once, whoever comes by");
    let told = "SELECT count(*) FROM outbox WHERE topic = 'application.expired'";
    assert_eq!(house.count(told).await, 8);
}

async fn a_lapsed_application_is_not_in_the_way(database: TestDatabase) {
    let house = House::start(database).await;
    let (_, enterprise) = house.founded().await;
    let li = house.person(LI);
    house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    house.clock.advance(LIFETIME);
    assert!(house.submit(&li, &enterprise, Role::TaxClerk).await.is_ok(), "before the sweep came by");
    let states: Vec<_> = house.bindings(&li).await.iter().map(Binding::state).collect();
    assert_eq!(states, [BindingState::Pending, BindingState::Expired]);
    house.neighbours.event("application.expired", li.id).await;
}
