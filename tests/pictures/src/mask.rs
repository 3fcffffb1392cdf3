//! A photo worn as a paper mask, and one shown by a tablet.

use image::{Rgb, RgbImage};

use crate::retouch::coordinate;

/// Where a face has its eyes and its mouth, in pixels: left eye, right eye, mouth, as the viewer sees them.
pub(crate) type Face = [(f32, f32); 3];

/// A face cut out of a photo, to be worn by another.
pub struct Mask<'a> {
    /// The photo.
    pub photo: &'a RgbImage,
    /// Its face.
    pub face: Face,
    /// Whether holes show the wearer's eyes.
    pub eye_holes: bool,
}

/// A plane carried to another: `(a, b, c)` is `a·x + b·y + c`.
struct Affine([(f32, f32, f32); 2]);

impl Affine {
    /// Carries three points to three others. Flat paper that turns with a head is seen so from afar.
    fn fit(from: Face, to: Face) -> Self {
        let [(x0, y0), (x1, y1), (x2, y2)] = from;
        let area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
        let plane = |[t0, t1, t2]: [f32; 3]| {
            let a = ((t1 - t0) * (y2 - y0) - (t2 - t0) * (y1 - y0)) / area;
            let b = ((t2 - t0) * (x1 - x0) - (t1 - t0) * (x2 - x0)) / area;
            (a, b, t0 - a * x0 - b * y0)
        };
        Self([plane(to.map(|(x, _)| x)), plane(to.map(|(_, y)| y))])
    }

    fn apply(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let [across, down] = self.0;
        (across.0 * x + across.1 * y + across.2, down.0 * x + down.1 * y + down.2)
    }
}

impl Mask<'_> {
    /// The wearer with the mask before the face.
    pub fn worn(&self, wearer: &RgbImage, head: Face) -> RgbImage {
        let to_photo = Affine::fit(head, self.face);
        let [left, right, mouth] = self.face;
        let apart = (right.0 - left.0).hypot(right.1 - left.1);
        let centre = ((left.0 + right.0 + mouth.0) / 3.0, (left.1 + right.1 + mouth.1) / 3.0);
        let within = |(x, y): (f32, f32), (cx, cy): (f32, f32), (wide, high): (f32, f32)| {
            ((x - cx) / wide).powi(2) + ((y - cy) / high).powi(2) < 1.0
        };
        RgbImage::from_fn(wearer.width(), wearer.height(), |x, y| {
            let at = to_photo.apply((coordinate(x), coordinate(y)));
            let hole = self.eye_holes
                && [left, right].iter().any(|eye| within(at, *eye, (0.22 * apart, 0.12 * apart)));
            let paper = within(at, centre, (1.05 * apart, 1.35 * apart)) && !hole;
            let seen = paper.then(|| image::imageops::interpolate_bilinear(self.photo, at.0, at.1)).flatten();
            seen.unwrap_or(*wearer.get_pixel(x, y))
        })
    }
}

/// What a tablet shows, held before the camera: a black frame, a lit screen with its rows, and a lamp in the glass.
pub fn on_tablet(shown: &RgbImage) -> RgbImage {
    let (width, height) = shown.dimensions();
    let inside = |at: u32, size: u32| at > size / 14 && at < size - size / 14;
    let lamp = (0.72 * coordinate(width), 0.2 * coordinate(height));
    RgbImage::from_fn(width, height, |x, y| {
        if !(inside(x, width) && inside(y, height)) {
            return Rgb([14, 14, 16]);
        }
        let away = ((coordinate(x) - lamp.0).powi(2) + (coordinate(y) - lamp.1).powi(2)).sqrt();
        let glare = 60.0 * (-away / (0.08 * coordinate(width))).exp();
        let row = if y % 3 == 0 { 0.88 } else { 1.0 };
        let Rgb([red, green, blue]) = *shown.get_pixel(x, y);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
        let lit = |value: u8, gain: f32| (f32::from(value) * gain * row + glare).clamp(0.0, 255.0) as u8;
        Rgb([lit(red, 0.95), lit(green, 1.0), lit(blue, 1.1)])
    })
}
