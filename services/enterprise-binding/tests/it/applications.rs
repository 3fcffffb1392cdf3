//! 办税身份申请: who may apply for what, and what they then see.

use std::time::Duration;

use shiming_kernel::ErrorKind;
use shiming_proto::enterprise::v1::{
    Application, Binding, BindingState, Decision, EnterpriseStatus, ListApplicationsRequest,
    ListBindingsRequest, RegistryRow, Role, SubmitApplicationRequest,
};
use shiming_testkit::TestDatabase;

use crate::house::{CODE, House, LI, OTHER_CODE, WANG, ZHANG, fresh, row, submission};

shiming_testkit::on_each_database!(
    an_application_waits_and_both_sides_see_it,
    the_record_must_be_as_shown_and_in_business,
    one_role_is_taken_once_even_at_once,
    the_applicant_must_be_of_age_and_have_a_valid_document,
    a_rejected_application_may_be_repeated_after_the_cool_down,
    lists_are_paged_pending_first_and_bound_to_their_owner,
    another_persons_list_stays_closed,
    nothing_happens_without_identity,
    malformed_requests_name_their_field,
);

async fn an_application_waits_and_both_sides_see_it(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let shown = house.look_up(&li, CODE).await.unwrap();
    assert_eq!(shown, enterprise);
    let applied = house.submit(&li, &shown, Role::TaxClerk).await.unwrap();
    assert_eq!((applied.state(), applied.role()), (BindingState::Pending, Role::TaxClerk));
    let waits = applied.expire_time.unwrap().seconds - applied.create_time.unwrap().seconds;
    assert_eq!(waits, 30 * 24 * 3600);
    assert_eq!(house.bindings(&li).await, std::slice::from_ref(&applied));

    let seen = house.applications(&zhang).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].binding_id, applied.binding_id);
    assert_eq!(seen[0].applicant_name, "李四", "in full, to know the person by");
    assert_eq!(seen[0].applicant_document_masked, "640101********0023");
    assert_eq!(seen[0].etag, applied.etag);
}

async fn the_record_must_be_as_shown_and_in_business(database: TestDatabase) {
    let house = House::start(database).await;
    house.import(vec![row(CODE, ZHANG)]).await;
    let li = house.person(LI);
    let shown = house.look_up(&li, CODE).await.unwrap();
    house.import(vec![RegistryRow { address: "宁夏吴忠市".into(), ..row(CODE, ZHANG) }]).await;
    let stale = house.submit(&li, &shown, Role::TaxClerk).await.unwrap_err();
    assert_eq!((stale.kind(), stale.reason.as_str()), (ErrorKind::Aborted, "ENTERPRISE_CHANGED"));
    house.import(vec![RegistryRow { status: EnterpriseStatus::Revoked.into(), ..row(CODE, ZHANG) }]).await;
    let closed = house.submit(&li, &shown, Role::TaxClerk).await.unwrap_err();
    assert_eq!(
        (closed.reason.as_str(), closed.facts.metadata["status"].as_str()),
        ("ENTERPRISE_STATUS", "REVOKED")
    );
    let mut nowhere = submission(&shown, Role::TaxClerk);
    nowhere.enterprise_id = fresh();
    assert_eq!(house.submit_as(&li, nowhere).await.unwrap_err().reason, "ENTERPRISE_NOT_FOUND");
    let representative = house.submit(&li, &shown, Role::LegalRepresentative).await.unwrap_err();
    assert_eq!(representative.reason, "ROLE_NOT_APPLICABLE");
}

async fn one_role_is_taken_once_even_at_once(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let (one, two) = tokio::join!(
        house.submit(&li, &enterprise, Role::TaxClerk),
        house.submit(&li, &enterprise, Role::TaxClerk)
    );
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    let lost = lost.unwrap_err();
    assert_eq!((lost.kind(), lost.reason.as_str()), (ErrorKind::AlreadyExists, "BINDING_EXISTS"));
    assert_eq!(lost.facts.metadata["state"], "PENDING");
    assert!(house.submit(&li, &enterprise, Role::InvoiceIssuer).await.is_ok(), "another role is free");
    house.decide(&zhang, &won.unwrap(), Decision::Approve).await.unwrap();
    let active = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap_err();
    assert_eq!(
        (active.reason.as_str(), active.facts.metadata["state"].as_str()),
        ("BINDING_EXISTS", "ACTIVE")
    );
    assert_eq!(house.count("SELECT count(*) FROM bindings WHERE role = 'tax_clerk'").await, 1);
}

async fn the_applicant_must_be_of_age_and_have_a_valid_document(database: TestDatabase) {
    let house = House::start(database).await;
    let (_, enterprise) = house.founded().await;
    let li = house.person(LI);
    house.neighbours.change_citizen(li.id, |citizen| citizen.adult = false);
    let minor = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap_err();
    assert_eq!((minor.kind(), minor.reason.as_str()), (ErrorKind::FailedPrecondition, "MINOR_NOT_ALLOWED"));
    house.neighbours.change_citizen(li.id, |citizen| (citizen.adult, citizen.document_valid) = (true, false));
    let expired = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap_err();
    assert_eq!(
        (expired.kind(), expired.reason.as_str()),
        (ErrorKind::FailedPrecondition, "DOCUMENT_EXPIRED")
    );
    assert!(house.bindings(&li).await.is_empty());
}

async fn a_rejected_application_may_be_repeated_after_the_cool_down(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let applied = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    house.decide(&zhang, &applied, Decision::Reject).await.unwrap();
    house.clock.advance(Duration::from_hours(24) - Duration::from_secs(1));
    let soon = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap_err();
    assert_eq!((soon.kind(), soon.reason.as_str()), (ErrorKind::FailedPrecondition, "APPLICATION_COOL_DOWN"));
    assert_eq!(soon.facts.metadata["retry_time"], "2026-03-03T02:00:00Z");
    house.clock.advance(Duration::from_secs(1));
    assert!(house.submit(&li, &enterprise, Role::TaxClerk).await.is_ok());
    let states: Vec<_> = house.bindings(&li).await.iter().map(Binding::state).collect();
    assert_eq!(states, [BindingState::Pending, BindingState::Rejected], "the newest first");
}

async fn lists_are_paged_pending_first_and_bound_to_their_owner(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    let li = house.person(LI);
    let roles = [Role::TaxClerk, Role::InvoiceIssuer, Role::InvoiceCollector, Role::TaxAgent, Role::Other];
    let mut applied = Vec::new();
    for role in roles {
        applied.push(house.submit(&li, &enterprise, role).await.unwrap());
    }
    house.decide(&zhang, &applied[4], Decision::Approve).await.unwrap();
    house.decide(&zhang, &applied[1], Decision::Reject).await.unwrap();
    let (mut token, mut seen) = (String::new(), Vec::new());
    loop {
        let request = ListApplicationsRequest { page_size: 2, page_token: token, ..Default::default() };
        let page = house.applications_page(&zhang, request).await.unwrap();
        seen.extend(page.applications.iter().map(Application::role));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let expected = [Role::TaxAgent, Role::InvoiceCollector, Role::TaxClerk, Role::Other, Role::InvoiceIssuer];
    assert_eq!(seen, expected, "pending first, then the newest");

    let first = ListBindingsRequest { page_size: 2, ..Default::default() };
    let page = house.bindings_page(&li, first).await.unwrap();
    assert_eq!(page.bindings.iter().map(Binding::role).collect::<Vec<_>>(), [Role::Other, Role::TaxAgent]);
    let token = page.next_page_token;
    let next = ListBindingsRequest { page_size: 3, page_token: token.clone(), states: vec![] };
    assert_eq!(house.bindings_page(&li, next.clone()).await.unwrap().bindings.len(), 3);
    let filtered = ListBindingsRequest { states: vec![BindingState::Active.into()], ..next.clone() };
    for refused in [house.bindings_page(&zhang, next).await, house.bindings_page(&li, filtered).await] {
        let refused = refused.unwrap_err();
        assert_eq!(
            (refused.kind(), refused.reason.as_str()),
            (ErrorKind::InvalidArgument, "PAGE_TOKEN_INVALID")
        );
    }
    let active = ListBindingsRequest { states: vec![BindingState::Active.into()], ..Default::default() };
    assert_eq!(house.bindings_page(&li, active).await.unwrap().bindings.len(), 1);
}

async fn another_persons_list_stays_closed(database: TestDatabase) {
    let house = House::start(database).await;
    let (zhang, enterprise) = house.founded().await;
    house.import(vec![row(OTHER_CODE, WANG)]).await;
    let (li, wang) = (house.person(LI), house.person(WANG));
    house.refresh(&wang).await.unwrap();
    house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap();
    assert!(house.applications(&li).await.is_empty(), "one's own application is not for oneself to decide");
    assert!(house.applications(&wang).await.is_empty(), "another enterprise's representative");
    let of = |enterprise_id: &str| ListApplicationsRequest {
        enterprise_id: enterprise_id.into(),
        ..Default::default()
    };
    let peek = house.applications_page(&wang, of(&enterprise.enterprise_id)).await.unwrap();
    assert!(peek.applications.is_empty());
    let own = house.applications_page(&zhang, of(&enterprise.enterprise_id)).await.unwrap();
    assert_eq!(own.applications.len(), 1);
    assert!(house.applications_page(&zhang, of(&fresh())).await.unwrap().applications.is_empty());
}

async fn nothing_happens_without_identity(database: TestDatabase) {
    let house = House::start(database).await;
    let (_, enterprise) = house.founded().await;
    let li = house.person(LI);
    house.neighbours.set_identity_down(true);
    let refused = house.submit(&li, &enterprise, Role::TaxClerk).await.unwrap_err();
    assert_eq!((refused.kind(), refused.reason.as_str()), (ErrorKind::Unavailable, "UNAVAILABLE"));
    house.neighbours.set_identity_down(false);
    assert!(house.bindings(&li).await.is_empty());
    let mut stranger = li.clone();
    stranger.token = "nobody's".into();
    assert_eq!(
        house.submit(&stranger, &enterprise, Role::TaxClerk).await.unwrap_err().reason,
        "SESSION_INVALID"
    );
}

async fn malformed_requests_name_their_field(database: TestDatabase) {
    let house = House::start(database).await;
    let (_, enterprise) = house.founded().await;
    let li = house.person(LI);
    let good = || submission(&enterprise, Role::TaxClerk);
    let bad = [
        ("enterprise_id", SubmitApplicationRequest { enterprise_id: "1".into(), ..good() }),
        ("enterprise_etag", SubmitApplicationRequest { enterprise_etag: String::new(), ..good() }),
        ("role", SubmitApplicationRequest { role: 0, ..good() }),
        ("role", SubmitApplicationRequest { role: 77, ..good() }),
        ("request_id", SubmitApplicationRequest { request_id: "again".into(), ..good() }),
    ];
    for (field, request) in bad {
        let refused = house.submit_as(&li, request).await.unwrap_err();
        assert_eq!(
            (refused.reason.as_str(), refused.facts.violations[0].field.as_str()),
            ("INVALID_FIELD", field)
        );
    }
}
