//! How often, and how many at once.

use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{CreateFaceSessionRequest, FacePurpose};
use shiming_testkit::TestDatabase;

use crate::pictures::{astronaut_again, photo, stranger};
use crate::stand::{LI, Stand, ZHANG, for_person, problem, reason};

shiming_testkit::on_each_database!(
    a_strangers_face_is_counted_until_the_day_is_used_up,
    the_count_survives_a_restart,
    free_tries_have_an_end_too,
    of_two_captures_at_once_one_wins,
    sessions_opened_side_by_side_try_one_after_the_other,
    more_captures_than_room_are_told_to_come_again,
);

async fn a_strangers_face_is_counted_until_the_day_is_used_up(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    for left in [4, 3] {
        let refused = problem(stand.capture(&session, vec![stranger()]).await);
        assert_eq!((refused.kind, refused.reason.as_str()), (ErrorKind::Unauthenticated, "FACE_NOT_SAME"));
        assert_eq!(refused.metadata["attempts_left"], left.to_string());
        assert!(refused.message.contains(&format!("{left}次")) && refused.message.contains("办税服务厅"));
    }
    // Over all purposes and sessions.
    let step_up = CreateFaceSessionRequest { purpose: FacePurpose::StepUp.into(), ..for_person(ZHANG) };
    let other = stand.open(step_up.clone()).await.unwrap();
    assert_eq!(other.attempts_left, 3);
    for left in ["2", "1", "0"] {
        let refused = problem(stand.capture(&other, vec![stranger()]).await);
        assert_eq!(refused.metadata["attempts_left"], left);
    }
    let refused = problem(stand.capture(&session, vec![astronaut_again(1)]).await);
    assert_eq!(
        (refused.kind, refused.reason.as_str()),
        (ErrorKind::ResourceExhausted, "FACE_RETRY_EXHAUSTED")
    );
    assert!(refused.message.contains("办税服务厅"));
    let again = CreateFaceSessionRequest { request_id: uuid::Uuid::now_v7().to_string(), ..step_up };
    assert_eq!(reason(stand.open(again).await), "FACE_RETRY_EXHAUSTED");
    assert_eq!(stand.open(for_person(LI)).await.unwrap().attempts_left, 5, "others aren't touched");
    // 10 o'clock in the morning in China; a new day begins in 14 hours.
    assert!(refused.retry_after.unwrap().as_secs() == 14 * 3600, "{:?}", refused.retry_after);
    stand.pass_time(14 * 3600);
    let session = stand.open_zhang().await;
    assert_eq!(session.attempts_left, 5);
    stand.capture(&session, vec![astronaut_again(1)]).await.unwrap();
}

async fn the_count_survives_a_restart(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| config.limits.attempts_per_day = 2).await;
    stand.import_zhang().await;
    let session = stand.open_zhang().await;
    assert_eq!(reason(stand.capture(&session, vec![stranger()]).await), "FACE_NOT_SAME");
    let stand = stand.restart().await;
    assert_eq!(stand.open_zhang().await.attempts_left, 1);
    assert_eq!(problem(stand.capture(&session, vec![stranger()]).await).metadata["attempts_left"], "0");
    let stand = stand.restart().await;
    assert_eq!(reason(stand.capture(&session, vec![astronaut_again(0)]).await), "FACE_RETRY_EXHAUSTED");
}

async fn free_tries_have_an_end_too(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| config.limits.free_tries_per_day = 2).await;
    stand.import_zhang().await;
    let session = stand.open_zhang().await;
    for _ in 0..2 {
        assert_eq!(reason(stand.capture(&session, vec![photo("no-face")]).await), "CAPTURE_QUALITY");
    }
    assert_eq!(reason(stand.capture(&session, vec![astronaut_again(0)]).await), "FACE_RETRY_EXHAUSTED");
}

async fn of_two_captures_at_once_one_wins(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let pictures = || vec![astronaut_again(0), astronaut_again(1), astronaut_again(2)];
    let (one, two) = tokio::join!(stand.capture(&session, pictures()), stand.capture(&session, pictures()));
    assert_eq!([&one, &two].iter().filter(|result| result.is_ok()).count(), 1, "{one:?} {two:?}");
    let lost = problem(if one.is_ok() { two } else { one });
    let late = lost.reason == "FACE_ALREADY_FINISHED";
    assert!(
        late || (lost.kind, lost.reason.as_str()) == (ErrorKind::Aborted, "CONCURRENT_CHANGE"),
        "{lost:?}"
    );
}

async fn sessions_opened_side_by_side_try_one_after_the_other(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| config.limits.attempts_per_day = 1).await;
    stand.import_zhang().await;
    let mut sessions = Vec::new();
    for _ in 0..6 {
        sessions.push(stand.open_zhang().await);
    }
    let tries = sessions.iter().map(|session| stand.capture(session, vec![stranger()]));
    let reasons: Vec<_> = futures::future::join_all(tries).await.into_iter().map(reason).collect();
    assert_eq!(reasons.iter().filter(|reason| *reason == "FACE_NOT_SAME").count(), 1, "{reasons:?}");
    let others = ["FACE_NOT_SAME", "CONCURRENT_CHANGE", "FACE_RETRY_EXHAUSTED"];
    assert!(reasons.iter().all(|reason| others.contains(&reason.as_str())), "{reasons:?}");
}

async fn more_captures_than_room_are_told_to_come_again(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| config.limits.captures_at_once = 1).await;
    stand.import_zhang().await;
    let one = stand.open_zhang().await;
    let two = stand.open(for_person(LI)).await.unwrap();
    let pictures = || vec![astronaut_again(0); 6];
    let (first, second) = tokio::join!(stand.capture(&one, pictures()), stand.capture(&two, pictures()));
    let refused = [first.err(), second.err()].into_iter().flatten();
    let shed: Vec<_> = refused
        .map(|status| shiming_rpc::status::Problem::from_status(&status))
        .filter(|problem| problem.reason == "OVERLOADED")
        .collect();
    assert_eq!(shed.len(), 1);
    assert_eq!(shed[0].kind, ErrorKind::ResourceExhausted);
    assert!(shed[0].retry_after.is_some());
}
