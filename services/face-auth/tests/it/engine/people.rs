//! The same person is accepted, another one is refused.

use bytes::Bytes;
use shiming_face_engine::{FaceEngine, Template};
use shiming_pictures::{cut, grey, mirrored, tilted};

use super::{decoded, engine, relit, scaled};
use crate::pictures::{astronaut, jpeg, photo, png};

const PEOPLE: [&str; 5] = ["person-1-a", "person-2", "person-3", "person-4", "person-5"];

async fn similarity(engine: &FaceEngine, reference: &Template, capture: Bytes) -> f32 {
    let capture = engine.template_of_capture(capture).await.expect("a good capture");
    reference.similarity(&capture).expect("one net")
}

#[tokio::test]
async fn one_person_on_two_photos_is_the_same() {
    let engine = engine();
    let reference = engine.template_of_reference(photo("person-1-a")).await.expect("a good photo");
    // The other photo was taken in another place, laughing, with the head tilted by 44°.
    let found = similarity(&engine, &reference, photo("person-1-b")).await;
    assert!((0.64..0.76).contains(&found), "{found}");
    assert!(found >= engine.thresholds().strict);
}

#[tokio::test]
async fn strangers_are_refused() {
    let engine = engine();
    let mut templates = vec![engine.template_of_capture(astronaut()).await.expect("a good photo")];
    for name in PEOPLE {
        templates.push(engine.template_of_capture(photo(name)).await.expect("a good photo"));
    }
    for (i, one) in templates.iter().enumerate() {
        for (j, other) in templates.iter().enumerate().skip(i + 1) {
            let found = one.similarity(other).expect("one net");
            assert!(found < engine.thresholds().standard, "{i} and {j}: {found}");
        }
    }
}

#[tokio::test]
async fn a_worse_picture_of_the_same_person_is_accepted() {
    let engine = engine();
    let original = astronaut();
    let reference = engine.template_of_reference(original.clone()).await.expect("a good photo");
    let worse = [
        ("compressed", jpeg(&decoded(&original), 15)),
        ("grey", png(grey(decoded(&original)))),
        ("darker", png(relit(&original, 0.5, 0.0))),
        ("brighter", png(relit(&original, 0.7, 70.0))),
        ("smaller", png(scaled(&original, 240, 320))),
        ("wider", png(scaled(&original, 480, 560))),
        ("mirrored", png(mirrored(&decoded(&original)))),
        ("cut to the head", png(cut(&decoded(&original), [90, 10, 300, 310]))),
        ("tilted by 15", png(tilted(&decoded(&original), 15.0))),
        ("tilted by -30", png(tilted(&decoded(&original), -30.0))),
        ("tilted by 40", png(tilted(&decoded(&original), 40.0))),
    ];
    for (how, capture) in worse {
        let found = similarity(&engine, &reference, capture).await;
        assert!(found >= engine.thresholds().strict, "{how}: {found}");
    }
}

#[tokio::test]
async fn a_small_reference_photo_is_enough() {
    let engine = engine();
    let small = jpeg(&scaled(&astronaut(), 180, 240), 60);
    let reference = engine.template_of_reference(small).await.expect("good enough for a reference");
    let found = similarity(&engine, &reference, astronaut()).await;
    assert!(found >= engine.thresholds().strict, "{found}");
}

#[tokio::test]
async fn a_picture_gives_the_same_template_every_time() {
    let engine = engine();
    let first = engine.template_of_capture(astronaut()).await.expect("a good photo");
    let restored = Template::from_bytes(&first.to_bytes()).expect("own bytes");
    let again = similarity(&engine, &restored, astronaut()).await;
    assert!(again > 0.9999, "{again}");
    assert_eq!(first.to_bytes().len(), 1 + 8 + 4 * 128);
}
