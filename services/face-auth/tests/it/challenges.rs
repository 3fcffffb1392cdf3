//! Challenges: who gets one, and how long it waits for its frames.

use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::IssueChallengeRequest;
use shiming_testkit::TestDatabase;

use crate::film::{Film, shot};
use crate::pictures::photo;
use crate::stand::{LI, Stand, ZHANG, asking, for_person, problem, reason, reference};

shiming_testkit::on_each_database!(
    a_repeated_request_gets_the_same_challenge,
    checking_gives_no_challenge,
    only_who_holds_an_open_session_gets_one,
    an_overloaded_engine_gives_the_challenge_back,
    a_judged_capture_does_not,
);

async fn a_repeated_request_gets_the_same_challenge(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let session = stand.open_zhang().await;
    let request = asking(&session);
    let first = stand.issue(request.clone()).await.unwrap();
    assert!(!first.nonce.is_empty() && first.actions.len() == 1, "{first:?}");
    assert_eq!((first.frames_per_step, first.step_time.unwrap().seconds), (10, 2));
    stand.pass_time(1);
    let again = stand.issue(request.clone()).await.unwrap();
    assert_eq!((&again.nonce, &again.actions), (&first.nonce, &first.actions));
    assert_eq!(again.expire_time, first.expire_time);
    assert!(!format!("{first:?}").contains(&first.nonce), "a secret");
    let issued = "SELECT COUNT(*) FROM audit_log WHERE action = 'face_challenge.issued'";
    assert_eq!(stand.count(issued).await, 1);
    let other = stand.open_zhang().await;
    let changed = IssueChallengeRequest { request_id: request.request_id, ..asking(&other) };
    assert_eq!(reason(stand.issue(changed).await), "REQUEST_ID_REUSED");
    assert_ne!(stand.challenge(&session).await.unwrap().nonce, first.nonce, "another request");
}

async fn checking_gives_no_challenge(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let session = stand.open_zhang().await;
    let standing = stand.challenge(&session).await.unwrap();
    let only_checked = IssueChallengeRequest { validate_only: true, ..asking(&session) };
    let none = stand.issue(only_checked).await.unwrap();
    assert_eq!((none.nonce.as_str(), none.actions.as_slice()), ("", [].as_slice()));
    let judged = stand.submit(&session, &standing.nonce, shot(photo("no-face"))).await;
    assert_eq!(reason(judged), "CAPTURE_QUALITY", "the one before still counts");
}

async fn only_who_holds_an_open_session_gets_one(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let session = stand.open_zhang().await;
    let bad = [
        (IssueChallengeRequest { face_session_id: "x".into(), ..asking(&session) }, "face_session_id"),
        (IssueChallengeRequest { capture_token: String::new(), ..asking(&session) }, "capture_token"),
        (IssueChallengeRequest { request_id: String::new(), ..asking(&session) }, "request_id"),
    ];
    for (request, field) in bad {
        let refused = problem(stand.issue(request).await);
        assert_eq!(
            (refused.reason.as_str(), refused.facts.violations[0].field.as_str()),
            ("INVALID_FIELD", field)
        );
    }
    let unknown = asking(&session);
    let unknown = IssueChallengeRequest { face_session_id: unknown.request_id.clone(), ..unknown };
    let wrong = IssueChallengeRequest { capture_token: "A".repeat(43), ..asking(&session) };
    let (unknown, wrong) = (problem(stand.issue(unknown).await), problem(stand.issue(wrong).await));
    assert_eq!((unknown.kind(), unknown.reason.as_str()), (ErrorKind::NotFound, "FACE_SESSION_NOT_FOUND"));
    assert_eq!(unknown, wrong, "no difference to be seen");
    // It never outlives its session.
    stand.pass_time(270);
    let short = stand.challenge(&session).await.unwrap();
    assert_eq!(short.expire_time, session.expire_time);
    stand.pass_time(30);
    assert_eq!(reason(stand.challenge(&session).await), "FACE_SESSION_EXPIRED");
}

async fn an_overloaded_engine_gives_the_challenge_back(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| {
        (config.engine.workers, config.engine.queue) = (1, 1);
        config.limits.imports_at_once = 1;
    })
    .await;
    let people =
        vec![reference("1", ZHANG, Film::AUDUN.portrait()), reference("2", LI, Film::FRANCK.portrait())];
    stand.import(people).await;
    let sessions = [stand.open_zhang().await, stand.open(for_person(LI)).await.unwrap()];
    let prepared = [
        stand.prepare(&sessions[0], Film::AUDUN).await.unwrap(),
        stand.prepare(&sessions[1], Film::FRANCK).await.unwrap(),
    ];
    let submit = |at: usize| {
        let (nonce, shots) = &prepared[at];
        stand.submit(&sessions[at], nonce, shots.clone())
    };
    let (one, two) = tokio::join!(submit(0), submit(1));
    let late = usize::from(one.is_ok());
    assert_ne!(one.is_ok(), two.is_ok(), "{one:?} {two:?}");
    let refused = problem(if one.is_ok() { two } else { one });
    assert_eq!((refused.kind(), refused.reason.as_str()), (ErrorKind::ResourceExhausted, "OVERLOADED"));
    assert!(refused.facts.retry_after.is_some(), "says when to come again");
    submit(late).await.unwrap();
    assert_eq!(stand.count("SELECT COUNT(*) FROM face_attempts WHERE free + not_same > 0").await, 0);
}

async fn a_judged_capture_does_not(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let (nonce, shots) = stand.prepare(&session, Film::FRANCK).await.unwrap();
    assert_eq!(reason(stand.submit(&session, &nonce, shots.clone()).await), "FACE_NOT_SAME");
    let refused = problem(stand.submit(&session, &nonce, shots).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::FailedPrecondition, "FACE_CHALLENGE_EXPIRED")
    );
    assert_eq!(stand.open_zhang().await.attempts_left, 4, "and costs nothing more");
}
