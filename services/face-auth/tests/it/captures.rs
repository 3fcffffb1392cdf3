//! What a capture is refused for, and what it costs.

use std::time::Duration;

use bytes::Bytes;
use shiming_kernel::ErrorKind;
use shiming_pictures::RgbImage;
use shiming_proto::face::v1::submit_capture_request::Part;
use shiming_proto::face::v1::{CaptureFrame, GetEngineInfoRequest, SubmitCaptureRequest};
use shiming_testkit::TestDatabase;
use uuid::Uuid;

use crate::film::{FRAMES, Film, GAP, Shot, shot, timed};
use crate::pictures::{astronaut, photo, png};
use crate::stand::{LI, Stand, ZHANG, asking, for_person, frame, header, problem, reason, reference};

shiming_testkit::on_each_database!(
    pictures_without_one_good_face_are_free,
    files_that_are_no_pictures_are_refused,
    too_much_is_refused_while_it_arrives,
    the_stream_keeps_its_form,
    an_unusable_frame_among_good_ones_does_no_harm,
    two_people_in_one_capture_do_not_pass,
    unknown_session_and_wrong_token_are_one_answer,
    without_a_reference_the_counter_is_the_way,
    another_name_under_the_number_is_said_after_a_face,
    a_template_of_another_pack_is_none,
);

async fn pictures_without_one_good_face_are_free(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    for (picture, fault) in [("no-face", "NO_FACE"), ("two-people", "SEVERAL_FACES")] {
        let refused = problem(stand.show(&session, shot(photo(picture))).await);
        assert_eq!(
            (refused.kind(), refused.reason.as_str()),
            (ErrorKind::FailedPrecondition, "CAPTURE_QUALITY")
        );
        assert_eq!(refused.facts.metadata.get("fault").map(String::as_str), Some(fault));
        assert!(refused.words.contains('请'), "says what to do: {}", refused.words);
    }
    assert_eq!(stand.open_zhang().await.attempts_left, 5, "free");
    stand.capture(&session, Film::AUDUN).await.unwrap();
}

async fn files_that_are_no_pictures_are_refused(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let truncated = astronaut().slice(..astronaut().len() / 2);
    for file in [Bytes::from_static(b"%PDF-1.7 not a picture"), truncated] {
        let shots = [shot(astronaut()), vec![Shot { step: 0, offset: GAP, image: file }]].concat();
        let refused = problem(stand.show(&session, shots).await);
        assert_eq!((refused.kind(), refused.reason.as_str()), (ErrorKind::InvalidArgument, "NOT_AN_IMAGE"));
    }
    assert_eq!(stand.open_zhang().await.attempts_left, 5);
}

async fn too_much_is_refused_while_it_arrives(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let bytes = |megabytes: usize| Bytes::from(vec![7; megabytes * 1024 * 1024]);
    let too_large = [
        vec![bytes(50)],
        vec![Bytes::from(vec![7; 8 * 1024 * 1024 + 1])],
        // Each is allowed, together they are not.
        vec![bytes(8), bytes(8), bytes(8), bytes(1)],
        // Few bytes, many pixels.
        vec![png(RgbImage::new(4001, 4000))],
    ];
    for images in too_large {
        let refused = problem(stand.show(&session, images.into_iter().flat_map(shot).collect()).await);
        assert_eq!(
            (refused.kind(), refused.reason.as_str()),
            (ErrorKind::InvalidArgument, "IMAGE_TOO_LARGE")
        );
        assert_eq!(refused.facts.metadata.get("max_bytes").map(String::as_str), Some("8388608"));
        assert_eq!(refused.facts.metadata.get("max_pixels").map(String::as_str), Some("16000000"));
    }
    let too_many = vec![astronaut(); 61].into_iter().flat_map(shot).collect();
    let refused = problem(stand.show(&session, too_many).await);
    assert_eq!(
        (refused.reason.as_str(), refused.facts.violations[0].reason.as_ref()),
        ("INVALID_FIELD", "TOO_MANY")
    );
    stand.capture(&session, Film::AUDUN).await.unwrap();
}

async fn the_stream_keeps_its_form(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let (nonce, shots) = stand.prepare(&session, Film::AUDUN).await.unwrap();
    let (id, token) = (session.face_session_id.as_str(), session.capture_token.as_str());
    let head = || header(id, token, &nonce);
    let at_step = |step| frame(Shot { step, offset: Duration::ZERO, image: astronaut() });
    let picture = || at_step(0);
    let before_it_began = CaptureFrame {
        image: astronaut(),
        capture_offset: Some(prost_types::Duration { seconds: -1, nanos: 0 }),
        step: 0,
    };
    let bad = [
        (vec![], "header"),
        (vec![head()], "frame"),
        (vec![picture(), head()], "header"),
        (vec![head(), head(), picture()], "header"),
        (vec![head(), frame(shot(Bytes::new()).remove(0))], "frame.image"),
        (vec![head(), SubmitCaptureRequest { part: None }], "part"),
        (vec![header("x", token, &nonce), picture()], "header.face_session_id"),
        (vec![header(id, "", &nonce), picture()], "header.capture_token"),
        (vec![header(id, token, ""), picture()], "header.nonce"),
        (vec![head(), at_step(-1)], "frame.step"),
        (vec![head(), at_step(2)], "frame.step"),
        (vec![head(), at_step(1), at_step(0)], "frame.step"),
        (
            vec![head(), SubmitCaptureRequest { part: Some(Part::Frame(before_it_began)) }],
            "frame.capture_offset",
        ),
    ];
    for (parts, field) in bad {
        let refused = problem(stand.send(parts).await);
        assert_eq!(
            (refused.reason.as_str(), refused.facts.violations[0].field.as_str()),
            ("INVALID_FIELD", field),
            "{refused:?}"
        );
    }
    // Nothing of it was a capture: the challenge still waits for one.
    stand.submit(&session, &nonce, shots).await.unwrap();
}

async fn an_unusable_frame_among_good_ones_does_no_harm(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let (nonce, mut shots) = stand.prepare(&session, Film::AUDUN).await.unwrap();
    shots[1].image = photo("no-face");
    stand.submit(&session, &nonce, shots).await.unwrap();
    assert_eq!(reason(stand.submit(&session, &nonce, shot(astronaut())).await), "FACE_ALREADY_FINISHED");
    assert_eq!(reason(stand.challenge(&session).await), "FACE_ALREADY_FINISHED");
}

async fn two_people_in_one_capture_do_not_pass(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let (nonce, mut shots) = stand.prepare(&session, Film::AUDUN).await.unwrap();
    // The turn is whichever was asked for; the stranger looks straight ahead.
    let stranger = timed(vec![Film::FRANCK.clip("neutral")]);
    for (mine, theirs) in shots[FRAMES..].iter_mut().zip(stranger) {
        mine.image = theirs.image;
    }
    let refused = problem(stand.submit(&session, &nonce, shots).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::PermissionDenied, "LIVENESS_ATTACK"),
        "two faces one after the other are no mistake"
    );
    assert_eq!(refused.facts.metadata.get("attempts_left").map(String::as_str), Some("4"));
}

async fn unknown_session_and_wrong_token_are_one_answer(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let nonce = stand.challenge(&session).await.unwrap().nonce;
    let other = stand.open_zhang().await;
    let tries = [
        (Uuid::now_v7().to_string(), session.capture_token.clone()),
        (session.face_session_id.clone(), "A".repeat(43)),
        (session.face_session_id.clone(), other.capture_token),
    ];
    let mut answers = Vec::new();
    for (id, token) in tries {
        let picture = frame(shot(astronaut()).remove(0));
        answers.push(problem(stand.send(vec![header(&id, &token, &nonce), picture]).await));
        let mut request = asking(&session);
        (request.face_session_id, request.capture_token) = (id, token);
        answers.push(problem(stand.issue(request).await));
    }
    assert_eq!(
        (answers[0].kind(), answers[0].reason.as_str()),
        (ErrorKind::NotFound, "FACE_SESSION_NOT_FOUND")
    );
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

async fn without_a_reference_the_counter_is_the_way(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open(for_person(LI)).await.unwrap();
    let refused = problem(stand.show(&session, shot(photo("no-face"))).await);
    assert_eq!(refused.reason, "CAPTURE_QUALITY", "nothing is said without a face");
    let refused = problem(stand.capture(&session, Film::AUDUN).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::FailedPrecondition, "NO_AUTHORITATIVE_PHOTO")
    );
    assert!(refused.words.contains("办税服务厅"));
    assert_eq!(stand.open(for_person(LI)).await.unwrap().attempts_left, 5);
}

async fn another_name_under_the_number_is_said_after_a_face(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open(for_person((ZHANG.0, "张四"))).await.unwrap();
    assert_eq!(reason(stand.show(&session, shot(photo("no-face"))).await), "CAPTURE_QUALITY");
    let refused = problem(stand.capture(&session, Film::AUDUN).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::FailedPrecondition, "NAME_ID_MISMATCH")
    );
    assert!(refused.words.contains("核对") && refused.words.contains("办税服务厅"));
    // Another spelling of the same name is the same name.
    stand.import(vec![reference("2", (LI.0, "阿卜杜拉·买买提"), Film::FRANCK.portrait())]).await;
    let session = stand.open(for_person((LI.0, "阿卜杜拉•买买提"))).await.unwrap();
    stand.capture(&session, Film::FRANCK).await.unwrap();
}

async fn stored_and_stale(stand: &Stand) -> (i64, i64) {
    let info = stand.authority().get_engine_info(GetEngineInfoRequest {}).await.unwrap().into_inner();
    (info.reference_count, info.stale_reference_count)
}

async fn a_template_of_another_pack_is_none(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    stand.sql("UPDATE authority_references SET model_pack = 'other@1'").await;
    let session = stand.open_zhang().await;
    assert_eq!(reason(stand.capture(&session, Film::AUDUN).await), "NO_AUTHORITATIVE_PHOTO");
    assert_eq!(stored_and_stale(&stand).await, (1, 1), "operators see how many are to be imported again");
    // Imported again, it is measured again.
    stand.import_zhang().await;
    assert_eq!(stored_and_stale(&stand).await, (1, 0));
    stand.capture(&session, Film::AUDUN.take(1)).await.unwrap();
}
