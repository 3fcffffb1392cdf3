//! What the 68 points of a face tell about the head they lie on, free of where it stands in the picture, how large and how tilted.
//!
//! A head has depth: when it turns, the tip of the nose moves against the eyes, the outline of one cheek vanishes, and the face
//! hardly narrows. Paper has none. Tilted, it narrows by the cosine of an angle much larger than the turn it seems to show; bent and
//! turned, even more. The numbers were measured on 66 turned frames of one man on two days and on 38 photos shown as
//! paper: tilted up to 40°, bent about radii down to the width of the sheet, moved, scaled, rotated.

use shiming_face_engine::FacePoint;

/// Points that keep their place on the head whatever the face does: nose, corners of eyes and mouth, chin.
const RIGID: [usize; 16] = [27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 39, 42, 45, 48, 54, 8];

/// Mean sideways motion of these points in a turn, beyond what a plane could do, per sine of the angle, in eye distances: their
/// depth before the plane that fits the face best. Two days of one man agree to r = 0.999,
/// another man with him to 0.97.
const DEPTH: [f32; 16] = [
    0.065, 0.146, 0.245, 0.345, 0.089, 0.143, 0.177, 0.140, 0.080, -0.290, -0.201, -0.209, -0.297, -0.139,
    -0.165, -0.129,
];

/// A face's points in units of the distance between its eyes, origin between them, x along them.
#[derive(Clone, PartialEq)]
pub(crate) struct HeadShape([(f32, f32); 68]);

/// How a head moved from a frontal view to another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Parallax {
    /// How much of the depth pattern the motion shows: about the sine of the angle for a head, near 0 for a plane.
    pub(crate) depth: f32,
    /// How well what a plane can't do fits the depth of a head, -1 to 1.
    pub(crate) fit: f32,
    /// Width over height of the face, against the frontal view: 1 unchanged, smaller when narrowed.
    pub(crate) narrowing: f32,
    /// How far the inner face moved within its outline, positive to the viewer's right.
    pub(crate) shift: f32,
}

impl HeadShape {
    pub(crate) fn of(points: &[FacePoint; 68]) -> Self {
        let (from, to) = (points[36], points[45]);
        let length = (to.x - from.x).hypot(to.y - from.y).max(f32::EPSILON);
        let (cos, sin) = ((to.x - from.x) / length, (to.y - from.y) / length);
        let (middle_x, middle_y) = (f32::midpoint(from.x, to.x), f32::midpoint(from.y, to.y));
        let turned = points.map(|point| {
            let (x, y) = (point.x - middle_x, point.y - middle_y);
            (x * cos + y * sin, y * cos - x * sin)
        });
        let (left, right) = (mean(&turned, 36..42), mean(&turned, 42..48));
        let eyes = (right.0 - left.0).hypot(right.1 - left.1).max(f32::EPSILON);
        Self(turned.map(|(x, y)| (x / eyes, y / eyes)))
    }

    /// How far the corners of the eyes are apart, over how far the mouth is below them.
    fn proportion(&self) -> f32 {
        let eyes = f32::midpoint(mean(&self.0, 36..42).1, mean(&self.0, 42..48).1);
        let mouth = f32::midpoint(self.0[48].1, self.0[54].1);
        (self.0[45].0 - self.0[36].0) / (mouth - eyes).max(f32::EPSILON)
    }

    /// Where the middle of the eyes is between the outlines of both cheeks: -1 to 1.
    fn place_in_outline(&self) -> f32 {
        let middle = f32::midpoint(mean(&self.0, 36..42).0, mean(&self.0, 42..48).0);
        let (left, right) = (middle - mean(&self.0, 0..4).0, mean(&self.0, 13..17).0 - middle);
        let width = left + right;
        if width.abs() < f32::EPSILON { 0.0 } else { (left - right) / width }
    }

    /// How far the tip of the nose is on the way from the eyes to the mouth: more when the head is bowed, less when raised.
    pub(crate) fn nose_height(&self) -> f32 {
        let eyes = f32::midpoint(mean(&self.0, [37, 38, 40, 41]).1, mean(&self.0, [43, 44, 46, 47]).1);
        let mouth = mean(&self.0, [48, 54, 60, 64]).1;
        let length = mouth - eyes;
        if length.abs() < f32::EPSILON { 0.0 } else { (self.0[30].1 - eyes) / length }
    }

    /// How the head moved since the `frontal` view.
    pub(crate) fn parallax(&self, frontal: &Self) -> Parallax {
        let plane = RIGID.map(|index| frontal.0[index]);
        let moved = beyond_plane(&plane, RIGID.map(|index| self.0[index].0));
        let depth = beyond_plane(&plane, DEPTH);
        let (along, across, length) = (dot(&moved, &depth), dot(&depth, &depth), dot(&moved, &moved));
        let before = frontal.proportion().max(f32::EPSILON);
        Parallax {
            depth: along / across.max(f32::EPSILON),
            fit: along / (across * length).sqrt().max(f32::EPSILON),
            narrowing: self.proportion() / before,
            shift: self.place_in_outline() - frontal.place_in_outline(),
        }
    }
}

impl std::fmt::Debug for HeadShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HeadShape([redacted])")
    }
}

/// What is left of `values` at the points when everything a plane can do is taken away: the residual of the best a·x + b·y + c.
fn beyond_plane(points: &[(f32, f32); 16], values: [f32; 16]) -> [f32; 16] {
    // Three orthogonal directions spanning all planes over these points (Gram–Schmidt).
    let mut spanned: [[f32; 16]; 3] = [[1.0; 16], points.map(|point| point.0), points.map(|point| point.1)];
    for at in 0..3 {
        let (before, rest) = spanned.split_at_mut(at);
        let direction = &mut rest[0];
        for other in before.iter() {
            take_away(direction, other);
        }
        let length = dot(direction, direction).sqrt().max(f32::EPSILON);
        for value in direction.iter_mut() {
            *value /= length;
        }
    }
    let mut rest = values;
    for direction in &spanned {
        take_away(&mut rest, direction);
    }
    rest
}

fn take_away(values: &mut [f32; 16], unit: &[f32; 16]) {
    let along = dot(values, unit);
    for (value, direction) in values.iter_mut().zip(unit) {
        *value -= along * direction;
    }
}

fn dot(a: &[f32; 16], b: &[f32; 16]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn mean(points: &[(f32, f32); 68], indices: impl IntoIterator<Item = usize>) -> (f32, f32) {
    let (x, y, count) = indices.into_iter().fold((0.0, 0.0, 0.0_f32), |(x, y, count), index| {
        (x + points[index].0, y + points[index].1, count + 1.0)
    });
    (x / count.max(1.0), y / count.max(1.0))
}

#[cfg(test)]
pub(in crate::domain) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A head in three dimensions, eye distances: the measured depths on a plain face, seen from far away, turned by `degrees` to its own
    /// left and placed anywhere.
    pub(in crate::domain) fn head(degrees: f32, nod: f32) -> [FacePoint; 68] {
        let mut flat = [(0.0_f32, 0.0_f32, -0.9_f32); 68];
        for (index, point) in flat.iter_mut().enumerate().take(17) {
            let angle = std::f32::consts::PI * f32::from(u16::try_from(index).unwrap()) / 16.0;
            *point = (-angle.cos(), 0.2 + 1.5 * angle.sin(), -0.9);
        }
        for (first, x) in [(36, -0.5), (42, 0.5)] {
            for (at, dx) in [-0.3, -0.1, 0.1, 0.3, 0.1, -0.1].into_iter().enumerate() {
                let lid = if at == 1 || at == 2 {
                    -0.08
                } else if at > 3 {
                    0.08
                } else {
                    0.0
                };
                flat[first + at] = (x + dx, lid, -0.25);
            }
        }
        for (index, y) in [(27, 0.05), (28, 0.25), (29, 0.45), (30, 0.62)] {
            flat[index] = (0.0, y, 0.0);
        }
        for (index, x) in [(31, -0.2), (32, -0.1), (33, 0.0), (34, 0.1), (35, 0.2)] {
            flat[index] = (x, 0.75, 0.0);
        }
        for (index, x) in [(48, -0.42), (54, 0.42), (60, -0.35), (64, 0.35)] {
            flat[index] = (x, 1.1, -0.15);
        }
        for (index, depth) in RIGID.into_iter().zip(DEPTH) {
            flat[index].2 = depth;
        }
        let (sin, cos) = degrees.to_radians().sin_cos();
        flat.map(|(x, y, z)| {
            let bowed = y + nod * z;
            FacePoint { x: 320.0 + 60.0 * (x * cos + z * sin), y: 200.0 + 60.0 * bowed }
        })
    }

    /// A sheet of paper with a face on it, turned by `degrees`, seen from far away.
    fn paper(degrees: f32) -> [FacePoint; 68] {
        let cos = degrees.to_radians().cos();
        head(0.0, 0.0).map(|point| FacePoint { x: 320.0 + (point.x - 320.0) * cos, y: point.y })
    }

    #[test]
    fn a_head_shows_its_depth_and_paper_does_not() {
        let frontal = HeadShape::of(&head(0.0, 0.0));
        for degrees in [12.0_f32, 18.0, 25.0] {
            let sine = degrees.to_radians().sin();
            for (angle, sign) in [(degrees, 1.0), (-degrees, -1.0)] {
                let seen = HeadShape::of(&head(angle, 0.0)).parallax(&frontal);
                assert!((seen.depth * sign / sine - 1.0).abs() < 0.25, "{degrees}: {seen:?}");
                assert!(
                    seen.fit * sign > 0.9 && seen.narrowing > 0.88 && seen.shift * sign > 0.05,
                    "{seen:?}"
                );
            }
            let seen = HeadShape::of(&paper(3.0 * degrees)).parallax(&frontal);
            assert!(seen.depth.abs() < 0.01 && seen.shift.abs() < 0.01, "{seen:?}");
        }
        assert!(HeadShape::of(&paper(40.0)).parallax(&frontal).narrowing < 0.8);
    }

    #[test]
    fn a_bowed_head_lowers_its_nose() {
        let frontal = HeadShape::of(&head(0.0, 0.0)).nose_height();
        assert!(HeadShape::of(&head(0.0, 0.4)).nose_height() > frontal + 0.1);
        assert!(HeadShape::of(&head(0.0, -0.4)).nose_height() < frontal - 0.1);
    }

    proptest! {
        #[test]
        fn place_size_and_tilt_of_the_picture_do_not_matter(angle in -0.5_f32..0.5, scale in 0.5_f32..3.0, dx in -200.0_f32..200.0) {
            let (sin, cos) = angle.sin_cos();
            let moved = head(15.0, 0.1).map(|point| FacePoint {
                x: scale * (cos * point.x - sin * point.y) + dx,
                y: scale * (sin * point.x + cos * point.y) - dx,
            });
            let frontal = HeadShape::of(&head(0.0, 0.0));
            let (here, there) = (HeadShape::of(&head(15.0, 0.1)), HeadShape::of(&moved));
            let (a, b) = (here.parallax(&frontal), there.parallax(&frontal));
            prop_assert!((a.depth - b.depth).abs() < 0.01 && (a.shift - b.shift).abs() < 0.01);
            prop_assert!((here.nose_height() - there.nose_height()).abs() < 0.01);
        }
    }

    #[test]
    fn nothing_of_it_is_printed() {
        assert_eq!(format!("{:?}", HeadShape::of(&head(0.0, 0.0))), "HeadShape([redacted])");
    }
}
