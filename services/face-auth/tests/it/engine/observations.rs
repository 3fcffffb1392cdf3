//! What is measured on a frame, held against what the photos show.

use bytes::Bytes;
use futures::future::join_all;
use image::{Rgb, RgbImage};
use shiming_face_engine::{
    CaptureFault, EngineConfig, EngineError, FaceEngine, FacePoint, Observation, ObserveOptions,
};

use super::{astronaut, decoded, engine, engine_with, jpeg, photo, png, scaled};

const PLAIN: ObserveOptions = ObserveOptions { passive: false };
const PASSIVE: ObserveOptions = ObserveOptions { passive: true };

async fn observed(engine: &FaceEngine, image: Bytes) -> Observation {
    engine.observe(image, PLAIN).await.expect("one face")
}

fn mirrored(bytes: &Bytes) -> Bytes {
    png(image::imageops::flip_horizontal(&decoded(bytes)))
}

/// The picture with an ellipse of one colour about `centre`.
fn painted(image: &mut RgbImage, centre: FacePoint, (across, down): (f32, f32), colour: Rgb<u8>) {
    let coordinate = |value: u32| f32::from(u16::try_from(value).expect("a small picture"));
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let (dx, dy) = ((coordinate(x) - centre.x) / across, (coordinate(y) - centre.y) / down);
        if dx * dx + dy * dy <= 1.0 {
            *pixel = colour;
        }
    }
}

fn centre(points: &[FacePoint]) -> FacePoint {
    let count = f32::from(u16::try_from(points.len()).expect("few points"));
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.x, y + point.y));
    FacePoint { x: x / count, y: y / count }
}

#[tokio::test]
async fn a_good_frame_has_no_fault_and_sane_measures() {
    let found = observed(&engine(), astronaut()).await;
    assert_eq!((found.fault, found.size), (None, (480, 640)));
    assert!(found.area.score > 0.9 && found.area.left < found.area.right, "{:?}", found.area);
    assert!(found.pose.yaw.abs() < 5.0 && found.pose.roll.abs() < 5.0, "{:?}", found.pose);
    assert!(found.pose.pitch.abs() < 10.0, "{:?}", found.pose);
    for eye in [found.eyes.left, found.eyes.right] {
        assert!(eye.closed.is_some_and(|closed| closed < 0.2) && eye.aspect > 0.22, "{eye:?}");
    }
    assert!(found.passive.is_none(), "not asked for");
    let inside = |point: &FacePoint| (0.0..480.0).contains(&point.x) && (0.0..640.0).contains(&point.y);
    assert!(found.points.iter().all(inside));
    assert!(found.points[36].x < found.points[45].x && found.points[27].y < found.points[8].y);
}

#[tokio::test]
async fn an_observation_is_the_template_of_the_same_picture() {
    let engine = engine();
    let found = observed(&engine, astronaut()).await;
    let template = engine.template_of_capture(astronaut()).await.expect("a good photo");
    assert!(found.template.similarity(&template).expect("one net") > 0.9999);
}

#[tokio::test]
async fn a_painted_lid_closes_that_eye_alone() {
    let engine = engine();
    let before = observed(&engine, astronaut()).await;
    let mut image = decoded(&astronaut());
    let (eye, skin) = (&before.points[36..42], centre(&before.points[39..43]));
    let width = eye[3].x - eye[0].x;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the picture")]
    let colour = *image.get_pixel(skin.x as u32, (skin.y + width) as u32);
    painted(&mut image, centre(eye), (0.75 * width, 0.4 * width), colour);
    let after = observed(&engine, png(image)).await;
    let (left, right) = (after.eyes.left.closed.expect("a net"), after.eyes.right.closed.expect("a net"));
    assert!(left > 0.5 && right < 0.2, "{left} {right}");
}

#[tokio::test]
async fn a_covered_face_is_refused_whatever_covers_it() {
    let engine = engine();
    for photo in [astronaut(), photo("person-3")] {
        let points = observed(&engine, photo.clone()).await.points;
        let apart = points[45].x - points[36].x;
        let (mouth, left, right) =
            (centre(&points[48..68]), centre(&points[36..42]), centre(&points[42..48]));
        let chin = FacePoint { x: mouth.x, y: mouth.y - 0.1 * apart };
        let (mask, lens) = ((0.8 * apart, 0.6 * apart), (0.28 * apart, 0.24 * apart));
        let coverings = [
            ("white mask", vec![(chin, mask, Rgb([226, 229, 231]))]),
            ("black mask", vec![(chin, mask, Rgb([38, 38, 42]))]),
            ("dark glasses", vec![(left, lens, Rgb([20, 20, 22])), (right, lens, Rgb([20, 20, 22]))]),
            ("hand over an eye", vec![(left, (0.5 * apart, 0.35 * apart), Rgb([190, 150, 130]))]),
        ];
        for (what, patches) in coverings {
            let mut image = decoded(&photo);
            for (at, size, colour) in patches {
                painted(&mut image, at, size, colour);
            }
            let covered = png(image);
            assert_eq!(
                observed(&engine, covered.clone()).await.fault,
                Some(CaptureFault::FaceCovered),
                "{what}"
            );
            let refused = engine.template_of_capture(covered).await;
            assert!(
                matches!(refused, Err(EngineError::Capture(CaptureFault::FaceCovered))),
                "{what}: {refused:?}"
            );
        }
    }
}

#[tokio::test]
async fn mirroring_a_face_turns_it_to_the_other_side() {
    let engine = engine();
    let found = observed(&engine, photo("turned-away")).await;
    let other = observed(&engine, mirrored(&photo("turned-away"))).await;
    assert_eq!(
        (found.fault, other.fault),
        (Some(CaptureFault::FaceTurnedAway), Some(CaptureFault::FaceTurnedAway))
    );
    assert!(found.pose.yaw < -28.0, "the nose points to the viewer's left: {}", found.pose.yaw);
    assert!(other.pose.yaw > 28.0, "{}", other.pose.yaw);
    assert!((-90.0..=90.0).contains(&found.pose.yaw) && (-90.0..=90.0).contains(&other.pose.yaw));
    let (tilted, back) = (
        observed(&engine, photo("person-1-b")).await.pose.roll,
        observed(&engine, mirrored(&photo("person-1-b"))).await.pose.roll,
    );
    assert!(tilted > 30.0 && back < -30.0, "{tilted} {back}");
}

#[tokio::test]
async fn passive_scores_are_probabilities() {
    let engine = engine();
    for image in [astronaut(), photo("person-2"), photo("turned-away")] {
        let found = engine.observe(image, PASSIVE).await.expect("one face").passive.expect("asked for");
        assert!((0.0..=1.0).contains(&found.near) && (0.0..=1.0).contains(&found.wide), "{found:?}");
        assert!(found.least() <= found.near && found.least() <= found.wide);
    }
    assert!(engine.capabilities().liveness());
    let thresholds = engine.liveness_thresholds().expect("the pack judges liveness");
    assert!(thresholds.eye_open < thresholds.eye_closed && thresholds.passive > 0.0);
}

#[tokio::test]
async fn thumbnails_know_a_frame_that_was_compressed_again() {
    let engine = engine();
    let first = observed(&engine, astronaut()).await;
    let again = observed(&engine, jpeg(&decoded(&astronaut()), 60)).await;
    let smaller = observed(&engine, jpeg(&scaled(&astronaut(), 360, 480), 80)).await;
    let other = observed(&engine, photo("person-2")).await;
    assert!(first.thumbnail.difference(&again.thumbnail) < 1.0);
    assert!(first.thumbnail.difference(&smaller.thumbnail) < 1.5);
    assert!(first.thumbnail.difference(&other.thumbnail) > 10.0);
    assert!(first.chip.difference(&again.chip) < 2.0);
    assert!(first.chip.difference(&other.chip) > 5.0);
}

#[tokio::test]
async fn a_fault_that_hinders_no_measure_is_reported_inside() {
    let engine = engine();
    let small = observed(&engine, png(scaled(&astronaut(), 180, 240))).await;
    assert_eq!(small.fault, Some(CaptureFault::FaceTooSmall));
    for (image, fault) in [
        (photo("no-face"), CaptureFault::NoFace),
        (photo("two-people"), CaptureFault::SeveralFaces),
        (png(RgbImage::new(40, 40)), CaptureFault::NoFace),
        (Bytes::from_static(b"none"), CaptureFault::NotAnImage),
    ] {
        let refused = engine.observe(image, PLAIN).await;
        assert!(matches!(refused, Err(EngineError::Capture(found)) if found == fault), "{refused:?}");
    }
}

#[tokio::test]
async fn nothing_personal_is_printed() {
    let found = observed(&engine(), astronaut()).await;
    assert_eq!(format!("{found:?}"), "Observation { fault: None, .. }");
    assert_eq!(format!("{:?}", found.points), "FacePoints([redacted])");
}

#[tokio::test]
async fn a_burst_comes_back_in_order_and_is_shed_as_a_whole() {
    let engine = engine_with(EngineConfig { workers: 2, queue: 4, ..EngineConfig::default() });
    let frames = |names: [&str; 3]| names.map(|name| (photo(name), PLAIN)).to_vec();
    let burst = engine.observe_burst(frames(["person-2", "no-face", "person-3"])).await.expect("room");
    assert!(burst[0].is_ok() && burst[1].is_err() && burst[2].is_ok());
    let alone = observed(&engine, photo("person-3")).await;
    let third = burst[2].as_ref().expect("one face");
    assert!(third.template.similarity(&alone.template).expect("one net") > 0.9999);
    let many =
        join_all((0..6).map(|_| engine.observe_burst(frames(["person-2", "person-3", "person-4"])))).await;
    let shed = many.iter().filter(|burst| matches!(burst, Err(EngineError::Busy { .. }))).count();
    assert!(shed >= 1 && many.iter().flatten().all(|burst| burst.iter().all(Result::is_ok)), "{shed} shed");
}
