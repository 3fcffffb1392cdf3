//! Brings a face upright, centred and to one size.

use image::RgbImage;

use super::fault::EngineError;
use super::geometry::{Point, Rect, Similarity};
use super::pixels::{Scaler, bounds};

/// Where the five points belong in a chip of 112 × 112 pixels.
const TEMPLATE: [Point; 5] = [
    Point::new(38.2946, 51.6963),
    Point::new(73.5318, 51.5014),
    Point::new(56.0252, 71.7366),
    Point::new(41.5493, 92.3655),
    Point::new(70.7299, 92.2041),
];
const TEMPLATE_SIDE: f32 = 112.0;

/// A face cut out and normalised.
pub(super) fn chip(
    scaler: &mut Scaler,
    image: &RgbImage,
    five: &[Point; 5],
    side: u32,
) -> Result<RgbImage, EngineError> {
    let scale = side_length(side) / TEMPLATE_SIDE;
    let to = TEMPLATE.map(|point| Point::new(point.x * scale, point.y * scale));
    let transform = Similarity::fit(five, &to)
        .ok_or_else(|| EngineError::inference("the landmarks fall into one point"))?;
    warp(scaler, image, transform, side)
}

#[expect(clippy::cast_precision_loss, reason = "a chip's side is far below 2^24")]
pub(super) fn side_length(side: u32) -> f32 {
    side as f32
}

/// The `side` × `side` picture that `transform` (picture → chip) shows; black where it looks beyond the picture.
///
/// When it shrinks, the part it looks at is first scaled down with anti-aliasing, then sampled bilinearly at about its own
/// size: sampling a large face directly would skip pixels and turn skin into noise.
pub(super) fn warp(
    scaler: &mut Scaler,
    image: &RgbImage,
    transform: Similarity,
    side: u32,
) -> Result<RgbImage, EngineError> {
    let seen = seen_area(transform.inverse(), side).intersection(bounds(image));
    if seen.width() < 1.0 || seen.height() < 1.0 {
        return Err(EngineError::inference("the face lies outside of its picture"));
    }
    let shrink = transform.scale().min(1.0);
    let (width, height) = (scaled(seen.width(), shrink), scaled(seen.height(), shrink));
    let part = scaler.scale(image, seen, width, height)?;
    let (across, down) = (side_length(width) / seen.width(), side_length(height) / seen.height());
    let back = transform.inverse();
    Ok(sample(&part, side, |x, y| {
        let at = back.apply(Point::new(x, y));
        Point::new((at.x + 0.5 - seen.left) * across - 0.5, (at.y + 0.5 - seen.top) * down - 0.5)
    }))
}

/// The upright rectangle around everything the chip looks at, on whole pixels, with a margin for the interpolation.
fn seen_area(back: Similarity, side: u32) -> Rect {
    let far = side_length(side);
    let corners = [(0.0, 0.0), (far, 0.0), (0.0, far), (far, far)].map(|(x, y)| back.apply(Point::new(x, y)));
    let margin = 2.0 + back.scale();
    let least = |pick: fn(&Point) -> f32| corners.iter().map(pick).fold(f32::INFINITY, f32::min);
    let most = |pick: fn(&Point) -> f32| corners.iter().map(pick).fold(f32::NEG_INFINITY, f32::max);
    Rect {
        left: (least(|point| point.x) - margin).floor(),
        top: (least(|point| point.y) - margin).floor(),
        right: (most(|point| point.x) + margin).ceil(),
        bottom: (most(|point| point.y) + margin).ceil(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a picture's side, at least one"
)]
fn scaled(length: f32, scale: f32) -> u32 {
    (length * scale).round().max(1.0) as u32
}

fn sample(image: &RgbImage, side: u32, source: impl Fn(f32, f32) -> Point) -> RgbImage {
    let pixels = image.as_raw().as_chunks::<3>().0;
    let (width, height) = (i64::from(image.width()), i64::from(image.height()));
    let pixel = |x: i64, y: i64| -> [f32; 3] {
        if !(0..width).contains(&x) || !(0..height).contains(&y) {
            return [0.0; 3];
        }
        usize::try_from(y * width + x)
            .ok()
            .and_then(|index| pixels.get(index))
            .map_or([0.0; 3], |p| p.map(f32::from))
    };
    RgbImage::from_fn(side, side, |x, y| {
        let at = source(side_length(x), side_length(y));
        let (x0, y0) = (at.x.floor(), at.y.floor());
        let (fx, fy) = (at.x - x0, at.y - y0);
        let (x0, y0) = (whole(x0), whole(y0));
        let (a, b, c, d) = (pixel(x0, y0), pixel(x0 + 1, y0), pixel(x0, y0 + 1), pixel(x0 + 1, y0 + 1));
        image::Rgb([0, 1, 2].map(|i| {
            let above = a[i] + (b[i] - a[i]) * fx;
            let below = c[i] + (d[i] - c[i]) * fx;
            byte(above + (below - above) * fy)
        }))
    })
}

#[expect(clippy::cast_possible_truncation, reason = "saturates far outside of any picture")]
fn whole(value: f32) -> i64 {
    value as i64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of bytes")]
fn byte(value: f32) -> u8 {
    (value + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White dots of `radius` on grey, at `points`.
    fn dots(side: u32, points: &[Point], radius: f32) -> RgbImage {
        RgbImage::from_fn(side, side, |x, y| {
            let here = Point::new(side_length(x), side_length(y));
            let white = points.iter().any(|point| point.distance(here) <= radius);
            image::Rgb([if white { 255 } else { 60 }; 3])
        })
    }

    fn assert_points_arrive(transform: Similarity, side: u32, radius: f32) {
        let placed = TEMPLATE.map(|point| transform.apply(point));
        let image = dots(side, &placed, radius);
        let chip = chip(&mut Scaler::new(), &image, &placed, 112).expect("aligns");
        for point in TEMPLATE {
            let (x, y) = (whole(point.x.round()), whole(point.y.round()));
            let pixel = chip.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap());
            assert!(pixel[0] > 200, "{point:?} is {}", pixel[0]);
        }
        assert!(chip.get_pixel(56, 30)[0] < 80);
    }

    #[test]
    fn points_land_on_the_template() {
        let about = |angle: f32, scale, x, y| {
            Similarity::about(Point::new(56.0, 72.0), angle.to_radians(), scale, Point::new(x, y))
        };
        assert_points_arrive(about(0.0, 1.0, 100.0, 100.0), 200, 2.5);
        assert_points_arrive(about(37.0, 1.0, 150.0, 120.0), 300, 2.5);
        assert_points_arrive(about(-90.0, 3.0, 400.0, 420.0), 800, 9.0);
        assert_points_arrive(about(12.0, 0.7, 80.0, 90.0), 160, 2.0);
    }

    #[test]
    fn shrinking_does_not_alias() {
        let noise =
            RgbImage::from_fn(900, 900, |x, y| image::Rgb([if (x + y) % 2 == 0 { 0 } else { 255 }; 3]));
        let shrink = Similarity::about(Point::new(450.0, 450.0), 0.3, 0.125, Point::new(56.0, 56.0));
        let chip = warp(&mut Scaler::new(), &noise, shrink, 112).expect("warps");
        assert!((20..92).all(|i| (115..=140).contains(&chip.get_pixel(i, i)[0])));
    }

    #[test]
    fn beyond_the_picture_is_black() {
        let white = RgbImage::from_pixel(64, 64, image::Rgb([255; 3]));
        let aside = Similarity { a: 1.0, b: 0.0, tx: 56.0, ty: 0.0 };
        let chip = warp(&mut Scaler::new(), &white, aside, 112).expect("warps");
        assert_eq!(
            (chip.get_pixel(10, 10)[0], chip.get_pixel(80, 30)[0], chip.get_pixel(80, 100)[0]),
            (0, 255, 0)
        );
        let away = Similarity { a: 1.0, b: 0.0, tx: 900.0, ty: 0.0 };
        assert!(warp(&mut Scaler::new(), &white, away, 112).is_err());
    }
}
