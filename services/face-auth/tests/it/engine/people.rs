//! The same person is accepted, another one is refused.

use bytes::Bytes;
use image::{Rgb, RgbImage};
use shiming_face_engine::{FaceEngine, Template};

use super::{astronaut, decoded, engine, jpeg, photo, png, relit, scaled};

const PEOPLE: [&str; 5] = ["person-1-a", "person-2", "person-3", "person-4", "person-5"];

async fn similarity(engine: &FaceEngine, reference: &Template, capture: Bytes) -> f32 {
    let capture = engine.template_of_capture(capture).await.expect("a good capture");
    reference.similarity(&capture).expect("one net")
}

fn grey(bytes: &Bytes) -> RgbImage {
    let mut image = decoded(bytes);
    for pixel in image.pixels_mut() {
        *pixel = Rgb([pixel.0[1]; 3]);
    }
    image
}

/// Turned about its centre by `degrees`, on grey.
fn tilted(bytes: &Bytes, degrees: f32) -> RgbImage {
    let image = decoded(bytes);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let coordinate = |value: u32| f32::from(u16::try_from(value).expect("a small picture"));
    let (cx, cy) = (coordinate(image.width()) / 2.0, coordinate(image.height()) / 2.0);
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let (dx, dy) = (coordinate(x) - cx, coordinate(y) - cy);
        let (sx, sy) = (cx + cos * dx + sin * dy, cy - sin * dx + cos * dy);
        image::imageops::interpolate_bilinear(&image, sx.max(0.0), sy.max(0.0)).unwrap_or(Rgb([128; 3]))
    })
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
        ("grey", png(grey(&original))),
        ("darker", png(relit(&original, |value| value * 0.5))),
        ("brighter", png(relit(&original, |value| value * 0.7 + 70.0))),
        ("smaller", png(scaled(&original, 240, 320))),
        ("wider", png(scaled(&original, 480, 560))),
        ("mirrored", png(image::imageops::flip_horizontal(&decoded(&original)))),
        ("cut to the head", png(image::imageops::crop_imm(&decoded(&original), 90, 10, 300, 310).to_image())),
        ("tilted by 15", png(tilted(&original, 15.0))),
        ("tilted by -30", png(tilted(&original, -30.0))),
        ("tilted by 40", png(tilted(&original, 40.0))),
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
    assert_eq!(first.to_bytes().len(), 1 + 8 + 4 * 512);
}
