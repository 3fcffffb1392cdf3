//! Every reason why a picture is refused, made from real photos.

use bytes::Bytes;
use image::RgbImage;
use shiming_face_engine::{CaptureFault, EngineError, FaceEngine};

use super::{astronaut, decoded, engine, jpeg, photo, png, relit, scaled};

/// The fault the picture is refused with; `None` when it is accepted or fails in another way.
async fn fault(engine: &FaceEngine, image: impl Into<Bytes>) -> Option<CaptureFault> {
    match engine.template_of_capture(image.into()).await {
        Err(EngineError::Capture(fault)) => Some(fault),
        Ok(_) | Err(_) => None,
    }
}

#[tokio::test]
async fn files_that_are_no_pictures() {
    let engine = engine();
    let whole = astronaut();
    for bytes in [&b""[..], b"not a picture", &whole[..whole.len() / 2], &whole[..600], &[0xff; 9000]] {
        assert_eq!(fault(&engine, bytes.to_vec()).await, Some(CaptureFault::NotAnImage));
    }
}

#[tokio::test]
async fn files_that_are_too_large() {
    let engine = engine();
    let mut padded = astronaut().to_vec();
    padded.resize(50_000_000, 0);
    assert_eq!(fault(&engine, padded).await, Some(CaptureFault::ImageTooLarge));
    // A few kilobytes that would unfold to 48 MB of pixels.
    assert_eq!(fault(&engine, png(RgbImage::new(4001, 4000))).await, Some(CaptureFault::ImageTooLarge));
}

#[tokio::test]
async fn not_exactly_one_face() {
    let engine = engine();
    assert_eq!(fault(&engine, photo("no-face")).await, Some(CaptureFault::NoFace));
    assert_eq!(fault(&engine, png(RgbImage::new(640, 480))).await, Some(CaptureFault::NoFace));
    assert_eq!(fault(&engine, photo("two-people")).await, Some(CaptureFault::SeveralFaces));
}

#[tokio::test]
async fn a_face_too_far_or_half_outside() {
    let engine = engine();
    assert_eq!(fault(&engine, png(scaled(&astronaut(), 180, 240))).await, Some(CaptureFault::FaceTooSmall));
    let image = decoded(&astronaut());
    for (left, top, width, height) in [(215, 0, 265, 640), (0, 0, 265, 640), (0, 150, 480, 490)] {
        let part = image::imageops::crop_imm(&image, left, top, width, height).to_image();
        let found = fault(&engine, png(part)).await;
        assert_eq!(found, Some(CaptureFault::FaceCutOff), "the part at {left}, {top}");
    }
}

#[tokio::test]
async fn bad_light_and_blur() {
    let engine = engine();
    let original = astronaut();
    assert_eq!(
        fault(&engine, png(relit(&original, |value| value * 0.18))).await,
        Some(CaptureFault::TooDark)
    );
    assert_eq!(
        fault(&engine, png(relit(&original, |value| value * 0.3 + 185.0))).await,
        Some(CaptureFault::TooBright)
    );
    let tiny = jpeg(&scaled(&original, 72, 96), 95);
    assert_eq!(fault(&engine, png(scaled(&tiny, 480, 640))).await, Some(CaptureFault::TooBlurred));
}

#[tokio::test]
async fn a_face_that_looks_away() {
    assert_eq!(fault(&engine(), photo("turned-away")).await, Some(CaptureFault::FaceTurnedAway));
}
