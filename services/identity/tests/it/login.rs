//! Login by a one-time code: one answer for everybody it can't let in.

use std::sync::atomic::Ordering;
use std::time::Duration;

use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1 as wire;
use shiming_proto::types::v1::{DocumentType, EvidenceLevel};
use shiming_testkit::TestDatabase;

use crate::people::{Citizen, citizen};
use crate::world::{World, log_in, outcome, reason, send_login_code, within};

shiming_testkit::on_each_database!(a_collected_person_logs_in, a_repeat_gets_the_same_token,);
on_sqlite!(
    every_cause_has_one_answer,
    known_and_unknown_leave_the_same_traces,
    known_and_unknown_take_the_same_steps,
    a_temporary_id_is_the_same_person,
    malformed_fields_are_named,
    the_breaker_tells_everybody_alike,
    validate_only_is_no_oracle,
);

const REFUSED: &str =
    "登录信息有误或尚未做实名采集，如果您是首次使用，请先通过“实名采集”模块进行实名信息采集。";

async fn a_collected_person_logs_in(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    let person = world.collect(&citizen).await;
    world.logins().send_login_code(send_login_code(&citizen)).await.unwrap();
    let code = world.sms.next().await.code.into_inner();
    let opened = world.logins().log_in(log_in(&citizen, &code)).await.unwrap().into_inner();
    let session = opened.session.unwrap();
    assert_eq!((session.person_id.as_str(), session.name_masked.as_str()), (person.as_str(), "张*"));
    assert_eq!(session.evidence(), EvidenceLevel::Sms);
    let own = world
        .sessions()
        .get_session(within(&opened.session_token, wire::GetSessionRequest {}))
        .await
        .unwrap();
    assert_eq!(own.into_inner().session.unwrap().session_id, session.session_id);
    assert_eq!(world.count("SELECT COUNT(*) FROM audit_log WHERE action = 'session.opened'").await, 1);
}

/// The same person with something changed.
fn variants(known: &Citizen) -> [(&'static str, Citizen); 3] {
    [
        ("unknown", Citizen { number: citizen(7).number, ..known.clone() }),
        ("wrong name", Citizen { name: "李四".into(), ..known.clone() }),
        ("wrong phone", Citizen { mobile: "13900000007".into(), ..known.clone() }),
    ]
}

async fn every_cause_has_one_answer(database: TestDatabase) {
    let world = World::start(database).await;
    let known = citizen(1);
    world.collect(&known).await;
    // Not collected, but under way.
    let under_way = citizen(2);
    world.up_to_profile(&under_way).await;
    let sent = outcome(world.logins().send_login_code(send_login_code(&known)).await).unwrap();
    let code = world.sms.next().await.code.into_inner();
    let mut causes = variants(&known).to_vec();
    causes.push(("under way", under_way));
    for (cause, stranger) in &causes {
        world.clock.advance(Duration::from_mins(1));
        let answer = outcome(world.logins().send_login_code(send_login_code(stranger)).await);
        assert_eq!(answer.as_ref(), Ok(&sent), "{cause}");
        for guess in ["000000", code.as_str()] {
            let problem = outcome(world.logins().log_in(log_in(stranger, guess)).await).unwrap_err();
            assert_eq!(
                (problem.kind(), problem.words.as_str()),
                (ErrorKind::Unauthenticated, REFUSED),
                "{cause}"
            );
            assert!(problem.facts.metadata.is_empty() && problem.facts.violations.is_empty(), "{cause}");
        }
    }
    // The known person with a wrong code hears nothing else.
    world.clock.advance(Duration::from_mins(1));
    world.logins().send_login_code(send_login_code(&known)).await.unwrap();
    let code = world.sms.next().await.code.into_inner();
    let problem =
        outcome(world.logins().log_in(log_in(&known, &crate::world::wrong(&code))).await).unwrap_err();
    assert_eq!((problem.reason.as_str(), problem.words.as_str()), ("LOGIN_REFUSED", REFUSED));
    assert!(world.sms.is_quiet().await, "nobody but the known person got a message");
}

async fn known_and_unknown_leave_the_same_traces(database: TestDatabase) {
    let world = World::start(database).await;
    let known = citizen(1);
    world.collect(&known).await;
    // Expired and dead are told, and told to everybody.
    let causes = [("known", known.clone()), variants(&known)[0].clone()];
    for (cause, one) in &causes {
        world.clock.advance(Duration::from_mins(10));
        world.logins().send_login_code(send_login_code(one)).await.unwrap();
        let too_soon = world.logins().send_login_code(send_login_code(one)).await;
        assert_eq!(reason(too_soon), "CODE_TOO_SOON", "{cause}");
        world.clock.advance(Duration::from_mins(5));
        assert_eq!(
            reason(world.logins().log_in(log_in(one, "000000")).await),
            "CODE_WRONG",
            "expired: {cause}"
        );
        world.logins().send_login_code(send_login_code(one)).await.unwrap();
        for _ in 0..5 {
            assert_eq!(
                reason(world.logins().log_in(log_in(one, "000000")).await),
                "LOGIN_REFUSED",
                "{cause}"
            );
        }
        assert_eq!(reason(world.logins().log_in(log_in(one, "000000")).await), "CODE_WRONG", "dead: {cause}");
    }
    let asked = "SELECT COUNT(*) FROM audit_log WHERE action = 'login.code_requested'";
    assert_eq!(world.count(asked).await, 4, "a row for each, known or not");
}

async fn known_and_unknown_take_the_same_steps(database: TestDatabase) {
    let world = World::start(database).await;
    let known = citizen(1);
    world.collect(&known).await;
    let unknown = variants(&known)[0].1.clone();
    let mut steps = Vec::new();
    // The known one was sent a code when they were collected; counters that are there already are changed, not made.
    world.logins().send_login_code(send_login_code(&unknown)).await.unwrap();
    for one in [&known, &unknown] {
        world.clock.advance(Duration::from_hours(2));
        let audited = world.count("SELECT COUNT(*) FROM audit_log").await;
        world.cache.operations();
        world.logins().send_login_code(send_login_code(one)).await.unwrap();
        world.logins().log_in(log_in(one, "000000")).await.unwrap_err();
        let audited = world.count("SELECT COUNT(*) FROM audit_log").await - audited;
        steps.push((world.cache.operations(), audited));
    }
    assert_eq!(steps[0], steps[1]);
    assert!(steps[0].0.contains(&"compare_and_set"), "a code is there to be tried: {:?}", steps[0]);
}

async fn a_temporary_id_is_the_same_person(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    let mut request = send_login_code(&citizen);
    request.document.as_mut().unwrap().r#type = DocumentType::TemporaryResidentId.into();
    world.logins().send_login_code(request).await.unwrap();
    let code = world.sms.next().await.code.into_inner();
    world.logins().log_in(log_in(&citizen, &code)).await.expect("one person");
}

async fn a_repeat_gets_the_same_token(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    world.logins().send_login_code(send_login_code(&citizen)).await.unwrap();
    let code = world.sms.next().await.code.into_inner();
    let request = log_in(&citizen, &code);
    let tries = (0..3).map(|_| {
        let (mut client, request) = (world.logins(), request.clone());
        async move { client.log_in(request).await.expect("a repeat").into_inner() }
    });
    let answers = futures::future::join_all(tries).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let token = &answers[0].session_token;
    world
        .sessions()
        .get_session(within(token, wire::GetSessionRequest {}))
        .await
        .expect("it opens the session");
}

async fn malformed_fields_are_named(database: TestDatabase) {
    let world = World::start(database).await;
    let mut request = log_in(&citizen(1), "12345");
    request.mobile = "1".into();
    request.document.as_mut().unwrap().number = "1".into();
    let problem = outcome(world.logins().log_in(request).await).unwrap_err();
    let mut fields: Vec<_> = problem.facts.violations.iter().map(|one| one.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["code", "document.number", "mobile"]);
    let mut request = log_in(&citizen(1), "123456");
    request.request_id = "1".into();
    assert_eq!(reason(world.logins().log_in(request).await), "INVALID_FIELD");
}

async fn the_breaker_tells_everybody_alike(database: TestDatabase) {
    let world = World::start(database).await;
    let (known, unknown) = (citizen(1), citizen(2));
    world.collect(&known).await;
    world.sms.failing.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        let attempted = world.sms.attempts.notified();
        // A failure costs nothing of the quota: the next may follow as soon as the task has taken the sending back.
        until(&world, &known, "sent").await;
        attempted.await;
    }
    until(&world, &unknown, "SMS_PROVIDER").await;
    assert_eq!(reason_or_sent(&world, &known).await, "SMS_PROVIDER");
    world.sms.failing.store(false, Ordering::SeqCst);
    world.clock.advance(Duration::from_mins(1));
    assert_eq!(reason_or_sent(&world, &known).await, "sent");
    world.sms.next().await;
}

/// Asks for a login code until the answer is the one that a background task brings about.
async fn until(world: &World, citizen: &Citizen, wanted: &str) {
    let mut answer = String::new();
    for _ in 0..200 {
        answer = reason_or_sent(world, citizen).await;
        if answer == wanted {
            return;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(answer, wanted, "the background task has not done its work");
}

async fn reason_or_sent(world: &World, citizen: &Citizen) -> String {
    let answer = outcome(world.logins().send_login_code(send_login_code(citizen)).await);
    answer.map_or_else(|problem| problem.reason.to_string(), |_| "sent".into())
}

async fn validate_only_is_no_oracle(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    let dry = wire::SendLoginCodeRequest { validate_only: true, ..send_login_code(&citizen) };
    world.logins().send_login_code(dry).await.unwrap();
    assert!(world.sms.is_quiet().await);
    world.logins().send_login_code(send_login_code(&citizen)).await.unwrap();
    let code = world.sms.next().await.code.into_inner();
    for guess in [crate::world::wrong(&code), code] {
        let dry = wire::LogInRequest { validate_only: true, ..log_in(&citizen, &guess) };
        let answer = world.logins().log_in(dry).await.unwrap().into_inner();
        assert_eq!((answer.session_token.as_str(), answer.session), ("", None));
    }
}
