//! Points, rectangles and the similarity transform between two sets of points.

/// A point in pixels; (0, 0) is the centre of the first pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Point {
    pub(super) const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub(super) fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The mean of `points`; the origin when there are none.
    pub(super) fn mean(points: &[Self]) -> Self {
        let count = count_as_f32(points.len()).max(1.0);
        let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.x, y + point.y));
        Self { x: x / count, y: y / count }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of points")]
fn count_as_f32(count: usize) -> f32 {
    count as f32
}

/// An upright rectangle in pixels; may reach beyond the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

impl Rect {
    pub(super) fn width(self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    pub(super) fn height(self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    pub(super) fn area(self) -> f32 {
        self.width() * self.height()
    }

    pub(super) fn centre(self) -> Point {
        Point::new(f32::midpoint(self.left, self.right), f32::midpoint(self.top, self.bottom))
    }

    pub(super) fn intersection(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// Intersection over union, 0 to 1.
    pub(super) fn overlap(self, other: Self) -> f32 {
        let common = self.intersection(other).area();
        let union = self.area() + other.area() - common;
        if union > 0.0 { common / union } else { 0.0 }
    }
}

/// Rotation, uniform scale and shift: `x' = a·x − b·y + tx`, `y' = b·x + a·y + ty`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Similarity {
    pub(super) a: f32,
    pub(super) b: f32,
    pub(super) tx: f32,
    pub(super) ty: f32,
}

impl Similarity {
    /// The transform that brings `from` nearest to `to` (least squares, no mirroring). `None` when `from` is one point.
    pub(super) fn fit<const N: usize>(from: &[Point; N], to: &[Point; N]) -> Option<Self> {
        let (from_mean, to_mean) = (Point::mean(from), Point::mean(to));
        let (mut dot, mut cross, mut spread) = (0.0, 0.0, 0.0);
        for (f, t) in from.iter().zip(to) {
            let (fx, fy, tx, ty) = (f.x - from_mean.x, f.y - from_mean.y, t.x - to_mean.x, t.y - to_mean.y);
            dot += fx * tx + fy * ty;
            cross += fx * ty - fy * tx;
            spread += fx * fx + fy * fy;
        }
        if !(spread.is_finite() && spread > f32::EPSILON) {
            return None;
        }
        let (a, b) = (dot / spread, cross / spread);
        let found = Self {
            a,
            b,
            tx: to_mean.x - a * from_mean.x + b * from_mean.y,
            ty: to_mean.y - b * from_mean.x - a * from_mean.y,
        };
        (found.scale() > f32::EPSILON).then_some(found)
    }

    /// Turns by `angle` (radians) and scales about `centre`, which lands on `target`.
    pub(super) fn about(centre: Point, angle: f32, scale: f32, target: Point) -> Self {
        let (a, b) = (scale * angle.cos(), scale * angle.sin());
        Self { a, b, tx: target.x - a * centre.x + b * centre.y, ty: target.y - b * centre.x - a * centre.y }
    }

    pub(super) fn scale(self) -> f32 {
        self.a.hypot(self.b)
    }

    pub(super) fn apply(self, point: Point) -> Point {
        Point::new(
            self.a * point.x - self.b * point.y + self.tx,
            self.b * point.x + self.a * point.y + self.ty,
        )
    }

    pub(super) fn inverse(self) -> Self {
        let square = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / square, -self.b / square);
        Self { a, b, tx: -(a * self.tx - b * self.ty), ty: -(b * self.tx + a * self.ty) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIVE: [Point; 5] = [
        Point::new(38.3, 51.7),
        Point::new(73.5, 51.5),
        Point::new(56.0, 71.7),
        Point::new(41.5, 92.4),
        Point::new(70.7, 92.2),
    ];

    fn near(a: Point, b: Point) -> bool {
        a.distance(b) < 0.02
    }

    proptest! {
        #[test]
        fn fit_finds_the_transform(angle in -3.0_f32..3.0, scale in 0.2_f32..6.0, x in -50.0_f32..600.0, y in -50.0_f32..600.0) {
            let known = Similarity::about(Point::new(56.0, 72.0), angle, scale, Point::new(x, y));
            let moved = FIVE.map(|point| known.apply(point));
            let found = Similarity::fit(&moved, &FIVE).expect("five distinct points");
            for (from, to) in moved.iter().zip(FIVE) {
                prop_assert!(near(found.apply(*from), to));
            }
            prop_assert!((found.scale() * scale - 1.0).abs() < 1e-3);
        }

        #[test]
        fn inverse_goes_back(angle in -3.0_f32..3.0, scale in 0.2_f32..6.0, x in -50.0_f32..600.0) {
            let there = Similarity::about(Point::new(10.0, 20.0), angle, scale, Point::new(x, -x));
            let point = Point::new(33.0, -4.0);
            prop_assert!(near(there.inverse().apply(there.apply(point)), point));
        }
    }

    #[test]
    fn fit_never_mirrors() {
        let mirrored = FIVE.map(|point| Point::new(112.0 - point.x, point.y));
        let found = Similarity::fit(&mirrored, &FIVE).expect("distinct points");
        assert!(!near(found.apply(mirrored[0]), FIVE[0]));
    }

    #[test]
    fn one_point_fits_nothing() {
        assert_eq!(Similarity::fit(&[Point::new(1.0, 1.0); 5], &FIVE), None);
    }

    #[test]
    fn overlap_of_halves() {
        let whole = Rect { left: 0.0, top: 0.0, right: 2.0, bottom: 1.0 };
        let half = Rect { right: 1.0, ..whole };
        assert!((whole.overlap(half) - 0.5).abs() < 1e-6);
        let away = Rect { left: 5.0, top: 5.0, right: 6.0, bottom: 6.0 };
        assert!(whole.overlap(away).abs() < f32::EPSILON);
    }
}
