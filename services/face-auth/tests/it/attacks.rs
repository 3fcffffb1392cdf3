//! Attacks, each made of real pictures: what a thief has of a person, held before the camera or fed in behind it. Every one is refused,
//! counted, and kept as a risk event; the browser learns no more than that.

use shiming_face_engine::{FaceEngine, Observation, ObserveOptions};
use shiming_kernel::ErrorKind;
use shiming_pictures::{Mask, Paper, Rgb, RgbImage, on_tablet, pasted, side_by_side};
use shiming_proto::face::v1::{
    AttackType, CreateFaceSessionRequest, CreateFaceSessionResponse, ListRiskEventsRequest,
    LivenessAction as Action, RiskEvent, SubmitCaptureResponse,
};
use shiming_testkit::TestDatabase;
use tonic::Status;

use crate::film::{FRAMES, Film, Shot, clip, timed};
use crate::stand::{Stand, ZHANG, for_person, problem};

shiming_testkit::on_each_database!(
    a_still_photo_is_refused_however_it_is_held,
    a_photo_cut_into_every_step_is_refused,
    a_recording_of_an_earlier_session_is_refused,
    actions_in_another_order_are_refused,
    a_face_that_changes_within_the_capture_is_refused,
    another_person_for_the_last_action_is_refused,
    two_people_before_the_camera_are_refused,
    times_that_can_not_be_true_are_refused,
    a_nonce_serves_one_capture_of_its_session_and_not_for_long,
    a_warped_photo_is_refused,
    a_face_cut_out_of_paper_is_refused,
    a_paper_mask_on_a_moving_head_is_refused,
    a_tablet_is_refused,
    too_many_attacks_lock_the_identity,
);

const TURN_AND_BLINK: [Action; 2] = [Action::TurnLeft, Action::Blink];

/// The judged types of attack, the newest first.
async fn risks(stand: &Stand) -> Vec<AttackType> {
    let all = stand.limits().list_risk_events(ListRiskEventsRequest::default()).await.unwrap().into_inner();
    all.events.iter().map(RiskEvent::attack_type).collect()
}

fn assert_attack(refused: Result<SubmitCaptureResponse, Status>, how: &str) {
    let refused = problem(refused);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::PermissionDenied, "LIVENESS_ATTACK"),
        "{how}"
    );
    assert_eq!(
        refused.facts.metadata.keys().collect::<Vec<_>>(),
        ["attempts_left"],
        "{how}: no more is said"
    );
    assert!(
        refused.words.contains("办税服务厅") || refused.words.contains("重试"),
        "{how}: {}",
        refused.words
    );
}

/// Refused as no living person: by suspicion, or because nothing of what was asked for was seen.
fn assert_not_alive(refused: Result<SubmitCaptureResponse, Status>, how: &str) {
    let refused = problem(refused);
    let reasons = ["LIVENESS_ATTACK", "LIVENESS_INCOMPLETE", "CAPTURE_QUALITY"];
    assert!(reasons.contains(&refused.reason.as_str()), "{how}: {refused:?}");
}

async fn patient_stand(database: TestDatabase) -> Stand {
    let stand = Stand::start_with(database, |config| {
        (config.limits.attempts_per_day, config.limits.attacks_per_day) = (100, 100);
        (config.limits.incomplete_per_day, config.limits.free_tries_per_day) = (100, 100);
    })
    .await;
    stand.import_zhang().await;
    stand
}

async fn asked(stand: &Stand, actions: &[Action]) -> (CreateFaceSessionResponse, String) {
    let session = stand.open_zhang().await;
    let nonce = stand.ask(&session, actions).await;
    (session, nonce)
}

/// A photo of the owner, as large as it takes to be judged.
fn still() -> RgbImage {
    let photo = Film::AUDUN.clip("neutral").swap_remove(3);
    shiming_pictures::resized(&photo, 480, 360)
}

/// One picture for each frame of each step, made by `show` of the frame's number, 0 to 1 through the capture.
fn capture_of(steps: usize, show: impl Fn(f32) -> RgbImage) -> Vec<Shot> {
    let number = |count: usize| f32::from(u16::try_from(count).unwrap());
    let part = |step: usize, at: usize| number(step * FRAMES + at) / number(steps * FRAMES);
    timed((0..steps).map(|step| (0..FRAMES).map(|at| show(part(step, at))).collect()).collect())
}

/// What the camera sees at a moment of the capture, 0 to 1.
type Showing<'a> = Box<dyn Fn(f32) -> RgbImage + 'a>;

async fn a_still_photo_is_refused_however_it_is_held(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let photo = still();
    let swing = |at: f32| (at * std::f32::consts::TAU * 3.0).sin();
    let held: [(&str, Showing<'_>); 6] = [
        ("still", Box::new(|_| photo.clone())),
        ("panned", Box::new(|at| Paper { shift: 0.12 * swing(at), ..Paper::FLAT }.show(&photo))),
        ("zoomed", Box::new(|at| Paper { zoom: 1.0 + 0.25 * swing(at), ..Paper::FLAT }.show(&photo))),
        ("rotated", Box::new(|at| Paper { roll: 0.35 * swing(at), ..Paper::FLAT }.show(&photo))),
        (
            "tilted",
            Box::new(|at| {
                Paper { yaw: 0.6 * swing(at), pitch: 0.4 * swing(at + 0.1), ..Paper::FLAT }.show(&photo)
            }),
        ),
        ("bent", Box::new(|at| Paper { bend: 0.9, yaw: 0.7 * swing(at), ..Paper::FLAT }.show(&photo))),
    ];
    for (how, show) in held {
        let (session, nonce) = asked(&stand, &[Action::TurnLeft]).await;
        assert_not_alive(stand.submit(&session, &nonce, capture_of(2, show)).await, how);
        assert_eq!(
            stand.redeem(crate::stand::redemption(&session)).await.unwrap_err().code(),
            tonic::Code::FailedPrecondition
        );
    }
    assert!(risks(&stand).await.contains(&AttackType::StillImage));
}

/// The living opening is real, and a photo takes over: whatever is asked for, and whichever way it is held.
async fn a_photo_cut_into_every_step_is_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let photo = still();
    let swing = |at: usize| [-1.0_f32, -0.6, 0.2, 0.9, 0.5, -0.3, 0.8][at];
    for (take, action) in (0..).zip([Action::TurnLeft, Action::TurnRight]) {
        let paper = |at| Paper { bend: 0.9, yaw: 0.75 * swing(at), ..Paper::FLAT }.show(&photo);
        let (session, nonce) = asked(&stand, &[action]).await;
        let steps = vec![Film::AUDUN.take(take).clip("neutral"), (0..FRAMES).map(paper).collect()];
        assert_not_alive(
            stand.submit(&session, &nonce, timed(steps)).await,
            &format!("{action:?} by bent paper"),
        );
    }
}

async fn a_recording_of_an_earlier_session_is_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let shots = Film::AUDUN.answers(&TURN_AND_BLINK);
    let (first, nonce) = asked(&stand, &TURN_AND_BLINK).await;
    stand.submit(&first, &nonce, shots.clone()).await.unwrap();
    // By a miracle the next challenge is the same.
    let (second, nonce) = asked(&stand, &TURN_AND_BLINK).await;
    assert_attack(stand.submit(&second, &nonce, shots.clone()).await, "the same files");
    let packed_anew = shots.iter().map(|shot| Shot {
        image: crate::pictures::jpeg(&shiming_pictures::decoded(&shot.image), 80),
        ..shot.clone()
    });
    let (third, nonce) = asked(&stand, &TURN_AND_BLINK).await;
    assert_attack(stand.submit(&third, &nonce, packed_anew.collect()).await, "compressed again");
    assert_eq!(risks(&stand).await, [AttackType::Replay; 2]);
    // Under the old nonce it isn't even looked at.
    let (fourth, _) = asked(&stand, &TURN_AND_BLINK).await;
    let refused = problem(stand.submit(&fourth, &nonce, shots).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::FailedPrecondition, "FACE_CHALLENGE_EXPIRED")
    );
}

async fn actions_in_another_order_are_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let (session, nonce) = asked(&stand, &[Action::TurnLeft, Action::OpenMouth, Action::Nod]).await;
    let shown = [Action::OpenMouth, Action::Nod, Action::TurnLeft];
    assert_attack(stand.submit(&session, &nonce, Film::AUDUN.answers(&shown)).await, "another order");
    assert_eq!(risks(&stand).await, [AttackType::WrongAction]);
    // One mistake is a mistake, and is told so.
    let (session, nonce) = asked(&stand, &TURN_AND_BLINK).await;
    let shown = [Action::TurnRight, Action::Blink];
    let refused = problem(stand.submit(&session, &nonce, Film::AUDUN.take(1).answers(&shown)).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::FailedPrecondition, "LIVENESS_INCOMPLETE")
    );
    assert_eq!(
        (refused.facts.metadata["action"].as_str(), refused.facts.metadata["step"].as_str()),
        ("TURN_LEFT", "1")
    );
    assert!(refused.words.contains("向左转头"));
    assert_eq!(stand.open_zhang().await.attempts_left, 99, "the mistake was free, the attack was not");
}

async fn a_face_that_changes_within_the_capture_is_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    // The owner's face for the reference, the thief's for everything the owner won't do; and the other way round.
    for (take, (opening, rest)) in (0..).zip([(Film::AUDUN, Film::FRANCK), (Film::FRANCK, Film::AUDUN)]) {
        let (session, nonce) = asked(&stand, &TURN_AND_BLINK).await;
        let steps = vec![
            opening.take(take).clip("neutral"),
            rest.take(take).clip("turn-left"),
            rest.take(take).clip("blink"),
        ];
        assert_attack(
            stand.submit(&session, &nonce, timed(steps)).await,
            "another face from the first action on",
        );
    }
    let (session, nonce) = asked(&stand, &TURN_AND_BLINK).await;
    let mut shots = Film::AUDUN.take(3).answers(&TURN_AND_BLINK);
    shots[FRAMES + 3].image = Film::FRANCK.answers(&TURN_AND_BLINK)[FRAMES + 3].image.clone();
    assert_attack(stand.submit(&session, &nonce, shots).await, "a single frame");
    assert_eq!(risks(&stand).await, [AttackType::FaceSwap; 3]);
}

async fn another_person_for_the_last_action_is_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    for (take, last) in (0..).zip([Action::Blink, Action::OpenMouth, Action::Nod, Action::TurnRight]) {
        let actions = [Action::TurnLeft, last];
        let (session, nonce) = asked(&stand, &actions).await;
        let audun = Film::AUDUN.take(take);
        let steps =
            vec![audun.clip("neutral"), audun.clip("turn-left"), Film::FRANCK.take(take).clip(clip(last))];
        assert_attack(stand.submit(&session, &nonce, timed(steps)).await, &format!("{last:?}"));
    }
}

async fn two_people_before_the_camera_are_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let (session, nonce) = asked(&stand, &TURN_AND_BLINK).await;
    let steps = ["neutral", "turn-left", "blink"].map(|clip| {
        let (one, other) = (Film::AUDUN.clip(clip), Film::FRANCK.clip(clip));
        one.iter().zip(&other).map(|(one, other)| side_by_side(one, other)).collect()
    });
    let refused = problem(stand.submit(&session, &nonce, timed(steps.into())).await);
    assert_eq!(
        (refused.reason.as_str(), refused.facts.metadata["fault"].as_str()),
        ("CAPTURE_QUALITY", "SEVERAL_FACES")
    );
    // A head held beside the person only for a moment.
    let (session, nonce) = asked(&stand, &TURN_AND_BLINK).await;
    let mut steps: Vec<_> =
        ["neutral", "turn-left", "blink"].map(|clip| Film::AUDUN.take(1).clip(clip)).into();
    steps[1][3] = side_by_side(&steps[1][3], &Film::FRANCK.clip("neutral")[0]);
    let refused = problem(stand.submit(&session, &nonce, timed(steps)).await);
    assert_eq!(refused.reason, "CAPTURE_QUALITY");
}

/// A lie about when frames were taken.
type Lie = fn(&mut [Shot]);

async fn times_that_can_not_be_true_are_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let lies: [(&str, Lie); 3] = [
        ("all at once", |shots| shots.iter_mut().for_each(|shot| shot.offset = std::time::Duration::ZERO)),
        ("backwards", |shots| {
            let before = shots[4].offset;
            shots[9].offset = before;
        }),
        ("too fast", |shots| shots.iter_mut().for_each(|shot| shot.offset /= 10)),
    ];
    for (take, (how, lie)) in (0..).zip(lies) {
        let (session, nonce) = asked(&stand, &TURN_AND_BLINK).await;
        let mut shots = Film::AUDUN.take(take).answers(&TURN_AND_BLINK);
        lie(&mut shots);
        assert_attack(stand.submit(&session, &nonce, shots).await, how);
    }
    // Longer than the challenge is old: made beforehand.
    let (session, nonce) = asked(&stand, &TURN_AND_BLINK).await;
    let shots = Film::AUDUN.take(5).answers(&TURN_AND_BLINK);
    assert_attack(stand.submit_at_once(&session, &nonce, shots).await, "before it was asked for");
    assert_eq!(risks(&stand).await, [AttackType::Timing; 4]);
}

async fn a_nonce_serves_one_capture_of_its_session_and_not_for_long(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let expired = |refused| {
        let refused = problem(refused);
        assert_eq!(
            (refused.kind(), refused.reason.as_str()),
            (ErrorKind::FailedPrecondition, "FACE_CHALLENGE_EXPIRED")
        );
    };
    let shots = |take| Film::AUDUN.take(take).answers(&TURN_AND_BLINK);
    let (session, first) = asked(&stand, &TURN_AND_BLINK).await;
    let second = stand.ask(&session, &TURN_AND_BLINK).await;
    expired(stand.submit(&session, &first, shots(0)).await);
    let (other, others) = asked(&stand, &TURN_AND_BLINK).await;
    expired(stand.submit(&session, &others, shots(0)).await);
    expired(stand.submit(&session, "nothing", shots(0)).await);
    // Used by a capture that led nowhere.
    let nobody = capture_of(3, |_| RgbImage::from_pixel(640, 480, Rgb([90; 3])));
    assert_not_alive(stand.submit(&session, &second, nobody).await, "nobody");
    expired(stand.submit(&session, &second, shots(0)).await);
    stand.pass_time(91);
    expired(stand.submit(&other, &others, shots(0)).await);
    let last = stand.ask(&session, &TURN_AND_BLINK).await;
    stand.submit(&session, &last, shots(0)).await.unwrap();
}

/// A program pushes the nose of a photo to the side, opens its mouth and closes its eyes by painting over them.
async fn a_warped_photo_is_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let photo = still();
    for (how, push) in [("a little", 0.15), ("more", 0.3)] {
        let (session, nonce) = asked(&stand, &[Action::TurnLeft]).await;
        let warp = |at: f32| pasted(&photo, push * (2.0 * at - 0.8).clamp(0.0, 1.0));
        assert_not_alive(stand.submit(&session, &nonce, capture_of(2, warp)).await, how);
    }
}

fn face_of(found: &Observation) -> [(f32, f32); 3] {
    let centre = |range: std::ops::Range<usize>| {
        let points = &found.points[range];
        let count = f32::from(u16::try_from(points.len()).unwrap());
        let sum = points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.x, sum.1 + point.y));
        (sum.0 / count, sum.1 / count)
    };
    [centre(36..42), centre(42..48), centre(48..68)]
}

async fn seen(engine: &FaceEngine, image: &RgbImage) -> Observation {
    let options = ObserveOptions { passive: false };
    engine.observe(crate::pictures::jpeg(image, 95), options).await.expect("one face")
}

/// Cut along its outline and held before a wall, flat and bent, nothing of the sheet's edge to be seen.
async fn a_face_cut_out_of_paper_is_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let engine = crate::engine::engine();
    let photo = still();
    let face = face_of(&seen(&engine, &photo).await);
    let wall = RgbImage::from_fn(photo.width(), photo.height(), |x, y| {
        Rgb([150, 148, 140 + ((x / 8 + y / 8) % 2) as u8 * 9])
    });
    let cut_out = Mask { photo: &photo, face, eye_holes: false }.worn(&wall, face);
    let swing = |at: f32| (at * std::f32::consts::TAU * 3.0).sin();
    for (how, bend) in [("flat", 0.0), ("bent", 0.9)] {
        for action in [Action::TurnLeft, Action::TurnRight] {
            let (session, nonce) = asked(&stand, &[action]).await;
            let show = |at: f32| Paper { bend, yaw: 0.75 * swing(at), ..Paper::FLAT }.show(&cut_out);
            assert_not_alive(
                stand.submit(&session, &nonce, capture_of(2, show)).await,
                &format!("{how}, {action:?}"),
            );
        }
    }
}

/// The owner's face, cut out of paper and worn by a thief who does everything that is asked; also with holes, so that the eyes blink.
async fn a_paper_mask_on_a_moving_head_is_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let engine = crate::engine::engine();
    let photo = still();
    let face = face_of(&seen(&engine, &photo).await);
    let (mut take, mut passed) = (0, Vec::new());
    for eye_holes in [false, true] {
        let mask = Mask { photo: &photo, face, eye_holes };
        for actions in [&[Action::TurnLeft][..], &[Action::TurnRight], &[Action::TurnLeft, Action::Blink]] {
            let thief = Film::FRANCK.take(take);
            take += 1;
            let mut steps = Vec::new();
            for name in std::iter::once("neutral").chain(actions.iter().map(|action| clip(*action))) {
                let mut worn = Vec::new();
                for frame in thief.clip(name) {
                    worn.push(mask.worn(&frame, face_of(&seen(&engine, &frame).await)));
                }
                steps.push(worn);
            }
            let (session, nonce) = asked(&stand, actions).await;
            let answered = stand.submit(&session, &nonce, timed(steps)).await;
            match answered {
                Ok(_) => passed.push((eye_holes, actions)),
                refused => assert_not_alive(refused, &format!("holes {eye_holes}, {actions:?}")),
            }
        }
    }
    assert!(passed.is_empty(), "passed: {passed:?}");
}

/// A photo and a video of the owner on a tablet that is turned by hand: the video answers everything but the turn.
async fn a_tablet_is_refused(database: TestDatabase) {
    let stand = patient_stand(database).await;
    let swing = |at: f32| (at * std::f32::consts::TAU * 3.0).sin();
    let photo = still();
    for (take, action) in (0..).zip([Action::TurnLeft, Action::TurnRight]) {
        let (session, nonce) = asked(&stand, &[action]).await;
        let show = |at: f32| Paper { yaw: 0.7 * swing(at), ..Paper::FLAT }.show(&on_tablet(&photo));
        assert_not_alive(stand.submit(&session, &nonce, capture_of(2, show)).await, "a photo");
        let turned = |at: usize, image: &RgbImage| {
            let yaw =
                [0.0, 0.3, 0.6, 0.8, 0.8, 0.5, 0.2][at] * if action == Action::TurnLeft { 1.0 } else { -1.0 };
            Paper { yaw, zoom: 0.95, ..Paper::FLAT }.show(&on_tablet(image))
        };
        let film = Film::AUDUN.take(take);
        let opening = film.clip("neutral").iter().map(|image| turned(0, image)).collect();
        let answer = film.clip("blink").iter().enumerate().map(|(at, image)| turned(at, image)).collect();
        let (session, nonce) = asked(&stand, &[action]).await;
        assert_not_alive(stand.submit(&session, &nonce, timed(vec![opening, answer])).await, "a video");
    }
}

async fn too_many_attacks_lock_the_identity(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let photo = still();
    for left in ["4", "3", "0"] {
        let (session, nonce) = asked(&stand, &TURN_AND_BLINK).await;
        let refused = problem(stand.submit(&session, &nonce, capture_of(3, |_| photo.clone())).await);
        assert_eq!(
            (refused.reason.as_str(), refused.facts.metadata["attempts_left"].as_str()),
            ("LIVENESS_ATTACK", left)
        );
    }
    let refused = problem(stand.open(for_person(ZHANG)).await);
    assert_eq!((refused.kind(), refused.reason.as_str()), (ErrorKind::ResourceExhausted, "FACE_LOCKED"));
    assert!(refused.words.contains("短信") && refused.facts.retry_after.is_some());
    let purpose = CreateFaceSessionRequest { purpose: 2, ..for_person(ZHANG) };
    assert_eq!(problem(stand.open(purpose).await).reason, "FACE_LOCKED", "for every purpose");
    stand.pass_time(14 * 3600);
    stand.capture(&stand.open_zhang().await, Film::AUDUN.take(2)).await.unwrap();
}
