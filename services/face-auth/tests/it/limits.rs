//! How often, and how many at once.

use std::time::Duration;

use shiming_kernel::{ClientInfo, ErrorKind};
use shiming_proto::face::v1::{
    CreateFaceSessionRequest, CreateFaceSessionResponse, FacePurpose, LivenessChallenge,
    SubmitCaptureRequest, SubmitCaptureResponse,
};
use shiming_rpc::client::with_client_info;
use shiming_rpc::status::Problem;
use shiming_testkit::TestDatabase;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tonic::{Request, Status};

use crate::film::{Film, shot};
use crate::pictures::photo;
use crate::stand::{LI, Stand, ZHANG, asking, for_person, header, parts, problem, reason, reference};

shiming_testkit::on_each_database!(
    a_strangers_face_is_counted_until_the_day_is_used_up,
    the_count_survives_a_restart,
    free_tries_have_an_end_too,
    of_two_captures_at_once_one_wins,
    sessions_opened_side_by_side_try_one_after_the_other,
    more_captures_than_room_are_told_to_come_again,
    a_challenge_has_one_stream,
    nobody_takes_more_than_their_share_of_the_room,
    a_device_has_its_own_day_over_all_identities,
);

async fn a_strangers_face_is_counted_until_the_day_is_used_up(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    for (take, left) in [(0, 4), (1, 3)] {
        let refused = problem(stand.capture(&session, Film::FRANCK.take(take)).await);
        assert_eq!((refused.kind(), refused.reason.as_str()), (ErrorKind::Unauthenticated, "FACE_NOT_SAME"));
        assert_eq!(refused.facts.metadata["attempts_left"], left.to_string());
        assert!(refused.words.contains(&format!("{left}次")) && refused.words.contains("办税服务厅"));
    }
    // Over all purposes and sessions.
    let step_up = CreateFaceSessionRequest { purpose: FacePurpose::StepUp.into(), ..for_person(ZHANG) };
    let other = stand.open(step_up.clone()).await.unwrap();
    assert_eq!(other.attempts_left, 3);
    let (nonce, mine) = stand.prepare(&session, Film::AUDUN).await.unwrap();
    for (take, left) in [(2, "2"), (3, "1"), (4, "0")] {
        let refused = problem(stand.capture(&other, Film::FRANCK.take(take)).await);
        assert_eq!(refused.facts.metadata["attempts_left"], left);
    }
    assert_eq!(reason(stand.challenge(&session).await), "FACE_RETRY_EXHAUSTED");
    let refused = problem(stand.submit(&session, &nonce, mine).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::ResourceExhausted, "FACE_RETRY_EXHAUSTED")
    );
    assert!(refused.words.contains("办税服务厅"));
    let again = CreateFaceSessionRequest { request_id: uuid::Uuid::now_v7().to_string(), ..step_up };
    assert_eq!(reason(stand.open(again).await), "FACE_RETRY_EXHAUSTED");
    assert_eq!(stand.open(for_person(LI)).await.unwrap().attempts_left, 5, "others aren't touched");
    // A little after 10 o'clock in the morning in China; a new day begins in 14 hours.
    let rest = refused.facts.retry_after.unwrap().as_secs();
    assert!((14 * 3600 - 60..14 * 3600).contains(&rest), "{rest}");
    stand.pass_time(rest + 1);
    let session = stand.open_zhang().await;
    assert_eq!(session.attempts_left, 5);
    stand.capture(&session, Film::AUDUN).await.unwrap();
}

async fn the_count_survives_a_restart(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| config.limits.attempts_per_day = 2).await;
    stand.import_zhang().await;
    let session = stand.open_zhang().await;
    assert_eq!(reason(stand.capture(&session, Film::FRANCK).await), "FACE_NOT_SAME");
    let stand = stand.restart().await;
    assert_eq!(stand.open_zhang().await.attempts_left, 1);
    let refused = problem(stand.capture(&session, Film::FRANCK.take(1)).await);
    assert_eq!(refused.facts.metadata["attempts_left"], "0");
    let stand = stand.restart().await;
    assert_eq!(reason(stand.capture(&session, Film::AUDUN).await), "FACE_RETRY_EXHAUSTED");
}

async fn free_tries_have_an_end_too(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| config.limits.free_tries_per_day = 2).await;
    stand.import_zhang().await;
    let session = stand.open_zhang().await;
    for _ in 0..2 {
        assert_eq!(reason(stand.show(&session, shot(photo("no-face"))).await), "CAPTURE_QUALITY");
    }
    assert_eq!(reason(stand.capture(&session, Film::AUDUN).await), "FACE_RETRY_EXHAUSTED");
}

async fn of_two_captures_at_once_one_wins(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let (nonce, shots) = stand.prepare(&session, Film::AUDUN).await.unwrap();
    let submit = || stand.submit(&session, &nonce, shots.clone());
    let (one, two) = tokio::join!(submit(), submit());
    assert_eq!([&one, &two].iter().filter(|result| result.is_ok()).count(), 1, "{one:?} {two:?}");
    let lost = problem(if one.is_ok() { two } else { one });
    let late = lost.reason == "FACE_ALREADY_FINISHED";
    assert!(
        late || (lost.kind(), lost.reason.as_str()) == (ErrorKind::Aborted, "CONCURRENT_CHANGE"),
        "{lost:?}"
    );
}

async fn sessions_opened_side_by_side_try_one_after_the_other(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| config.limits.attempts_per_day = 1).await;
    stand.import_zhang().await;
    let mut prepared = Vec::new();
    for take in 0..6 {
        let session = stand.open_zhang().await;
        let (nonce, shots) = stand.prepare(&session, Film::FRANCK.take(take)).await.unwrap();
        prepared.push((session, nonce, shots));
    }
    let tries = prepared.into_iter().map(|(session, nonce, shots)| {
        let stand = &stand;
        async move { stand.submit(&session, &nonce, shots).await }
    });
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
    let prepared =
        [stand.prepare(&one, Film::AUDUN).await.unwrap(), stand.prepare(&two, Film::FRANCK).await.unwrap()];
    let submit = |session, at: usize| stand.submit(session, &prepared[at].0, prepared[at].1.clone());
    let (first, second) = tokio::join!(submit(&one, 0), submit(&two, 1));
    let refused: Vec<Option<Problem>> =
        [first, second].map(|answer| answer.err().map(|status| Problem::from_status(&status))).into();
    let is_shed = |at: usize| refused[at].as_ref().is_some_and(|problem| problem.reason == "OVERLOADED");
    assert_eq!([is_shed(0), is_shed(1)].iter().filter(|shed| **shed).count(), 1, "{refused:?}");
    let at = usize::from(is_shed(1));
    let shed = refused[at].as_ref().unwrap();
    assert_eq!(shed.kind(), ErrorKind::ResourceExhausted);
    assert!(shed.facts.retry_after.is_some());
    // Who comes again sends the same.
    let again = submit([&one, &two][at], at).await;
    assert!(again.is_ok() || reason(again) == "NO_AUTHORITATIVE_PHOTO");
}

type Stream = (JoinHandle<Result<(), Status>>, mpsc::Sender<SubmitCaptureRequest>);

/// Opens a stream from `device`, sends `first`, and never ends it.
async fn never_ended(stand: &Stand, device: &ClientInfo, first: Vec<SubmitCaptureRequest>) -> Stream {
    let (parts, sent) = mpsc::channel(64);
    for part in first {
        parts.send(part).await.unwrap();
    }
    let mut gateway = stand.gateway();
    let sent = futures::stream::unfold(sent, async |mut sent| sent.recv().await.map(|part| (part, sent)));
    let request = with_client_info(Request::new(sent), device);
    #[expect(clippy::disallowed_methods, reason = "awaited by the test, or ended with it")]
    let call = tokio::spawn(async move { gateway.submit_capture(request).await.map(drop) });
    (call, parts)
}

/// The reason of the one stream that is refused although none has ended, and the others.
async fn refused_at_once(streams: Vec<Stream>) -> (String, Vec<Stream>) {
    let (calls, mut senders): (Vec<_>, Vec<_>) = streams.into_iter().unzip();
    let first = futures::future::select_all(calls);
    let (refused, at, calls) = tokio::time::timeout(Duration::from_secs(20), first).await.expect("at once");
    senders.remove(at);
    (reason(refused.unwrap()), calls.into_iter().zip(senders).collect())
}

async fn a_challenge_has_one_stream(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let (nonce, shots) = stand.prepare(&session, Film::AUDUN).await.unwrap();
    let first = || parts(&session, &nonce, shots.clone())[..2].to_vec();
    let streams = vec![
        never_ended(&stand, &device("one"), first()).await,
        never_ended(&stand, &device("another"), first()).await,
    ];
    let (refused, mut going_on) = refused_at_once(streams).await;
    assert_eq!(refused, "CONCURRENT_CHANGE");
    // One that breaks off gives the challenge back.
    let (call, sender) = going_on.remove(0);
    sender.send(SubmitCaptureRequest { part: None }).await.unwrap();
    assert_eq!(reason(call.await.unwrap()), "INVALID_FIELD");
    stand.submit(&session, &nonce, shots.clone()).await.unwrap();
}

async fn nobody_takes_more_than_their_share_of_the_room(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        let session = stand.open_zhang().await;
        let nonce = stand.challenge(&session).await.unwrap().nonce;
        let head = vec![header(&session.face_session_id, &session.capture_token, &nonce)];
        streams.push(never_ended(&stand, &device("greedy"), head).await);
    }
    let (refused, _going_on) = refused_at_once(streams).await;
    assert_eq!(refused, "OVERLOADED");
    let session = stand.open_zhang().await;
    stand.capture(&session, Film::AUDUN).await.unwrap();
}

fn device(name: &str) -> ClientInfo {
    ClientInfo { device_hash: Some(name.into()), ..ClientInfo::default() }
}

async fn challenge_on(
    stand: &Stand,
    session: &CreateFaceSessionResponse,
    device: &ClientInfo,
) -> Result<LivenessChallenge, Status> {
    let request = with_client_info(Request::new(asking(session)), device);
    Ok(stand.gateway().issue_challenge(request).await?.into_inner().challenge.unwrap())
}

/// A capture by a browser that the gateway knows.
async fn capture_on(
    stand: &Stand,
    session: &CreateFaceSessionResponse,
    device: &ClientInfo,
    film: Film,
) -> Result<SubmitCaptureResponse, Status> {
    let challenge = challenge_on(stand, session, device).await?;
    let shots = film.answers(&challenge.actions().collect::<Vec<_>>());
    stand.clock.advance(shots.last().unwrap().offset);
    let stream = futures::stream::iter(parts(session, &challenge.nonce, shots));
    Ok(stand.gateway().submit_capture(with_client_info(Request::new(stream), device)).await?.into_inner())
}

async fn a_device_has_its_own_day_over_all_identities(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| config.limits.device.attempts_per_day = 2).await;
    let people =
        vec![reference("1", ZHANG, Film::AUDUN.portrait()), reference("2", LI, Film::FRANCK.portrait())];
    stand.import(people).await;
    let (zhang, li) = (stand.open_zhang().await, stand.open(for_person(LI)).await.unwrap());
    let (gangs, own) = (device("d0"), device("d1"));
    for (session, film) in [(&zhang, Film::FRANCK), (&li, Film::AUDUN)] {
        let refused = problem(capture_on(&stand, session, &gangs, film).await);
        assert_eq!(
            (refused.reason.as_str(), refused.facts.metadata["attempts_left"].as_str()),
            ("FACE_NOT_SAME", "4"),
            "of the identity"
        );
    }
    // Both identities have tries left, the device has none: not for a challenge, and not for frames.
    let refused = problem(challenge_on(&stand, &zhang, &gangs).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::ResourceExhausted, "FACE_RETRY_EXHAUSTED")
    );
    assert!(refused.facts.retry_after.is_some());
    let (nonce, shots) = stand.prepare(&zhang, Film::AUDUN.take(1)).await.unwrap();
    let stream = futures::stream::iter(parts(&zhang, &nonce, shots));
    let answer = stand.gateway().submit_capture(with_client_info(Request::new(stream), &gangs)).await;
    assert_eq!(reason(answer), "FACE_RETRY_EXHAUSTED");
    // Another device, and a caller without one, go on.
    capture_on(&stand, &zhang, &own, Film::AUDUN.take(2)).await.unwrap();
    assert_eq!(reason(stand.capture(&li, Film::AUDUN.take(3)).await), "FACE_NOT_SAME");
    stand.pass_time(14 * 3600);
    let tomorrow = stand.open(for_person(LI)).await.unwrap();
    capture_on(&stand, &tomorrow, &gangs, Film::FRANCK.take(4)).await.unwrap();
}
