//! Sessions: how they end, who may ask, how they change.

use std::sync::atomic::Ordering;
use std::time::Duration;

use shiming_kernel::{BindingId, EnterpriseId, ErrorKind, SystemClock};
use shiming_proto::identity::v1 as wire;
use shiming_testkit::TestDatabase;

use crate::people::citizen;
use crate::world::{World, id, outcome, reason, within};

shiming_testkit::on_each_database!(
    switching_gives_a_new_token,
    a_renewal_whose_answer_got_lost_can_be_asked_again_for_a_minute,
    no_session_acts_by_a_binding_that_ended,
);
on_sqlite!(
    thirty_idle_minutes_end_a_session,
    a_page_that_asks_by_itself_keeps_no_session_alive,
    twelve_hours_end_a_session_in_use,
    logging_out_counts_at_once_and_twice,
    other_services_ask_whose_a_token_is,
    without_the_cache_no_session_is_believed,
    tokens_are_kept_as_hashes_only,
);

async fn get(world: &World, token: &str) -> Result<wire::Session, String> {
    let answer = world.sessions().get_session(within(token, wire::GetSessionRequest {})).await;
    outcome(answer).map(|answer| answer.session.unwrap()).map_err(|problem| problem.reason.to_string())
}

async fn thirty_idle_minutes_end_a_session(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    for _ in 0..3 {
        world.clock.advance(Duration::from_mins(28));
        get(&world, &token).await.expect("use prolongs it");
    }
    world.clock.advance(Duration::from_mins(30));
    assert_eq!(get(&world, &token).await.unwrap_err(), "SESSION_INVALID");
}

async fn a_page_that_asks_by_itself_keeps_no_session_alive(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let (mut sessions, _) = world.for_enterprise_binding();
    let look = wire::IntrospectSessionRequest { session_token: token.clone(), passive: true, renewal: None };
    for _ in 0..2 {
        world.clock.advance(Duration::from_mins(14));
        sessions.introspect_session(look.clone()).await.expect("still there");
    }
    world.clock.advance(Duration::from_mins(3));
    assert_eq!(reason(sessions.introspect_session(look).await), "SESSION_INVALID");
    assert_eq!(get(&world, &token).await.unwrap_err(), "SESSION_INVALID");
}

async fn twelve_hours_end_a_session_in_use(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    for _ in 0..28 {
        world.clock.advance(Duration::from_mins(25));
        get(&world, &token).await.expect("in use");
    }
    let session = get(&world, &token).await.unwrap();
    assert_eq!(session.idle_expire_time, session.absolute_expire_time, "19 minutes are left");
    world.clock.advance(Duration::from_mins(19));
    assert_eq!(get(&world, &token).await.unwrap_err(), "SESSION_INVALID");
}

async fn logging_out_counts_at_once_and_twice(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let (token, other) = (world.log_in(&citizen(1)).await, world.log_in(&citizen(1)).await);
    let request =
        wire::LogOutRequest { session_token: token.clone(), request_id: id(), validate_only: false };
    let dry = wire::LogOutRequest { validate_only: true, ..request.clone() };
    world.sessions().log_out(dry).await.unwrap();
    assert!(get(&world, &token).await.is_ok(), "only checked");
    world.sessions().log_out(request.clone()).await.unwrap();
    assert_eq!(get(&world, &token).await.unwrap_err(), "SESSION_INVALID");
    world.sessions().log_out(request.clone()).await.expect("a repeat");
    let again = wire::LogOutRequest { request_id: id(), ..request };
    world.sessions().log_out(again).await.expect("an ended one is fine");
    assert!(get(&world, &other).await.is_ok(), "the other session stays");
    assert_eq!(world.count("SELECT COUNT(*) FROM audit_log WHERE action = 'session.ended'").await, 1);
}

async fn other_services_ask_whose_a_token_is(database: TestDatabase) {
    let world = World::start(database).await;
    let person = world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let (mut sessions, _) = world.for_enterprise_binding();
    let ask = |token: &str| wire::IntrospectSessionRequest {
        session_token: token.into(),
        passive: false,
        renewal: None,
    };
    let session = sessions.introspect_session(ask(&token)).await.unwrap().into_inner().session.unwrap();
    assert_eq!(session.person_id, person);
    assert_eq!(reason(sessions.introspect_session(ask("nonsense")).await), "SESSION_INVALID");
    let refused = outcome(world.sessions().introspect_session(ask(&token)).await).unwrap_err();
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::PermissionDenied, "CALLER_NOT_ALLOWED")
    );
    let none = world.sessions().get_session(wire::GetSessionRequest {}).await;
    assert_eq!(reason(none), "SESSION_REQUIRED");
}

async fn switching_gives_a_new_token(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let before = get(&world, &token).await.unwrap();
    let (mut sessions, _) = world.for_enterprise_binding();
    let (enterprise, binding) =
        (EnterpriseId::new(&SystemClock).to_string(), BindingId::new(&SystemClock).to_string());
    let request = |enterprise: &str, binding: &str| wire::SetSessionEnterpriseRequest {
        enterprise_id: enterprise.into(),
        binding_id: binding.into(),
        request_id: id(),
        validate_only: false,
    };
    let half = sessions.set_session_enterprise(within(&token, request(&enterprise, ""))).await;
    assert_eq!(reason(half), "INVALID_FIELD");
    let by_gateway =
        world.sessions().set_session_enterprise(within(&token, request(&enterprise, &binding))).await;
    assert_eq!(reason(by_gateway), "CALLER_NOT_ALLOWED");

    let same = request(&enterprise, &binding);
    let switched = sessions.set_session_enterprise(within(&token, same.clone())).await.unwrap();
    let switched = switched.into_inner();
    assert_eq!(get(&world, &token).await.unwrap_err(), "SESSION_INVALID", "the old token is dead");
    let after = get(&world, &switched.session_token).await.unwrap();
    assert_eq!((after.enterprise_id, after.binding_id), (enterprise, binding));
    assert_ne!(after.session_id, before.session_id);
    assert_eq!(after.absolute_expire_time, before.absolute_expire_time, "switching prolongs nothing");

    let repeat = within(&switched.session_token, same);
    let repeated = sessions.set_session_enterprise(repeat).await.unwrap().into_inner();
    assert_eq!(repeated.session_token, switched.session_token);
    assert!(get(&world, &switched.session_token).await.is_ok(), "a repeat in the new session ends nothing");

    let back =
        sessions.set_session_enterprise(within(&switched.session_token, request("", ""))).await.unwrap();
    let nobody = back.into_inner().session.unwrap();
    assert_eq!((nobody.enterprise_id.as_str(), nobody.binding_id.as_str()), ("", ""));
}

async fn a_renewal_whose_answer_got_lost_can_be_asked_again_for_a_minute(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let (mut sessions, _) = world.for_enterprise_binding();
    let request = wire::SetSessionEnterpriseRequest {
        enterprise_id: EnterpriseId::new(&SystemClock).to_string(),
        binding_id: BindingId::new(&SystemClock).to_string(),
        request_id: id(),
        validate_only: false,
    };
    let ask = |token: &str, renewal: Option<&str>| wire::IntrospectSessionRequest {
        session_token: token.into(),
        passive: true,
        renewal: renewal.map(|device| wire::Renewal { device_hash: device.into() }),
    };
    let lost = sessions.set_session_enterprise(within(&token, request.clone())).await.unwrap().into_inner();
    let repeated = sessions.set_session_enterprise(within(&token, request.clone())).await.unwrap();
    assert_eq!(repeated.into_inner().session_token, lost.session_token);
    let other = wire::SetSessionEnterpriseRequest { request_id: id(), ..request.clone() };
    let other = outcome(sessions.set_session_enterprise(within(&token, other)).await).unwrap_err();
    assert_eq!(other.reason, "SESSION_INVALID", "the old token does nothing new");
    assert_eq!(other.facts.metadata["renewed"], "true");
    assert_eq!(reason(sessions.introspect_session(ask(&token, None)).await), "SESSION_INVALID");
    assert_eq!(reason(sessions.introspect_session(ask(&token, Some("another"))).await), "SESSION_INVALID");
    assert!(sessions.introspect_session(ask(&token, Some(""))).await.is_ok(), "the same browser");
    assert_eq!(get(&world, &token).await.unwrap_err(), "SESSION_INVALID");
    assert!(get(&world, &lost.session_token).await.is_ok(), "a repeat ends nothing");

    world.clock.advance(Duration::from_mins(1));
    let late = outcome(sessions.set_session_enterprise(within(&token, request)).await).unwrap_err();
    assert_eq!((late.reason.as_str(), late.facts.metadata.len()), ("SESSION_INVALID", 0));
    assert!(get(&world, &lost.session_token).await.is_ok());

    let (next, out) = (lost.session_token, id());
    let nobody = wire::SetSessionEnterpriseRequest { request_id: id(), ..Default::default() };
    let after = sessions.set_session_enterprise(within(&next, nobody)).await.unwrap().into_inner();
    let out = wire::LogOutRequest { session_token: next, request_id: out, validate_only: false };
    world.sessions().log_out(out).await.unwrap();
    let ended = get(&world, &after.session_token).await;
    assert_eq!(
        ended.unwrap_err(),
        "SESSION_INVALID",
        "whoever logs out with the old token means the session"
    );
}

async fn no_session_acts_by_a_binding_that_ended(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let (mut sessions, _) = world.for_enterprise_binding();
    let (enterprise, binding) = (EnterpriseId::new(&SystemClock), BindingId::new(&SystemClock));
    let act = || wire::SetSessionEnterpriseRequest {
        enterprise_id: enterprise.to_string(),
        binding_id: binding.to_string(),
        request_id: id(),
        validate_only: false,
    };
    let mut acting = Vec::new();
    for _ in 0..2 {
        let token = world.log_in(&citizen(1)).await;
        let switched = sessions.set_session_enterprise(within(&token, act())).await.unwrap().into_inner();
        acting.push(switched.session_token);
    }
    let other = world.log_in(&citizen(1)).await;
    let end = wire::EndEnterpriseContextRequest { binding_ids: vec![binding.to_string()] };
    let refused = world.sessions().end_enterprise_context(end.clone()).await;
    assert_eq!(reason(refused), "CALLER_NOT_ALLOWED");
    let ended = sessions.end_enterprise_context(end.clone()).await.unwrap().into_inner();
    assert_eq!(ended.session_count, 2);
    for token in &acting {
        let session = get(&world, token).await.expect("the session goes on");
        assert_eq!((session.enterprise_id.as_str(), session.binding_id.as_str()), ("", ""));
    }
    let late = sessions.set_session_enterprise(within(&other, act())).await;
    assert_eq!(reason(late), "CONCURRENT_CHANGE", "a switch that was allowed just before");
    assert_eq!(sessions.end_enterprise_context(end).await.unwrap().into_inner().session_count, 0);
    let rows = "SELECT COUNT(*) FROM audit_log WHERE action = 'session.enterprise_ended'";
    assert_eq!(world.count(rows).await, 2);
}

async fn without_the_cache_no_session_is_believed(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    world.cache.down.store(true, Ordering::SeqCst);
    assert_eq!(get(&world, &token).await.unwrap_err(), "UNAVAILABLE");
    let request =
        wire::LogOutRequest { session_token: token.clone(), request_id: id(), validate_only: false };
    let out = outcome(world.sessions().log_out(request.clone()).await).unwrap_err();
    assert_eq!(out.kind(), ErrorKind::Unavailable, "nobody is told that they are out when they are not");
    world.cache.down.store(false, Ordering::SeqCst);
    world.sessions().log_out(request).await.unwrap();
    assert_eq!(get(&world, &token).await.unwrap_err(), "SESSION_INVALID");
}

async fn tokens_are_kept_as_hashes_only(database: TestDatabase) {
    let world = World::start(database).await;
    let person = world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let members = world.cache.inner.set_members(&format!("person-sessions:{person}")).await.unwrap();
    assert_eq!(members.len(), 1);
    assert!(!members[0].contains(&token));
    assert!(world.cache.inner.get(&format!("session:{token}")).await.unwrap().is_none());
    assert!(world.cache.inner.get(&format!("session:{}", members[0])).await.unwrap().is_some());
}
