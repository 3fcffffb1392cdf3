//! The 68 points of a face (iBUG order) and what can be read from them.

use image::RgbImage;

use super::fault::EngineError;
use super::geometry::{Point, Rect};
use super::manifest::NetSpec;
use super::pixels::{Scaler, bounds, write_planes};
use super::runtime::Net;

pub(super) const POINTS: usize = 68;

/// The points, in pixels of the picture. Left and right as the viewer sees them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Landmarks(pub(super) [Point; POINTS]);

impl Landmarks {
    /// Eyes, tip of the nose, corners of the mouth: what faces are aligned by. An eye is the mean of its lids, which a blink
    /// moves less than its outline.
    pub(super) fn five(&self) -> [Point; 5] {
        let mean =
            |indices: &[usize]| Point::mean(&indices.iter().map(|&index| self.0[index]).collect::<Vec<_>>());
        [mean(&[37, 38, 40, 41]), mean(&[43, 44, 46, 47]), self.0[30], mean(&[48, 60]), mean(&[54, 64])]
    }

    /// Tilt of the eye line in radians; positive when the viewer's right eye is lower.
    pub(super) fn roll(&self) -> f32 {
        let [left, right, ..] = self.five();
        (right.y - left.y).atan2(right.x - left.x)
    }

    /// Turn of the head in degrees, about zero when it faces the camera; fitted against a 3-D face mesh (r = 0.94).
    pub(super) fn yaw(&self) -> f32 {
        let [left_eye, right_eye, nose, ..] = self.five();
        let (along, _) = self.eye_axis();
        let project = |from: Point, to: Point| (to.x - from.x) * along.x + (to.y - from.y) * along.y;
        let (left, right) = (project(left_eye, nose), project(nose, right_eye));
        let sum = left + right;
        if sum.abs() < f32::EPSILON { 0.0 } else { 42.4 * (left - right) / sum - 0.9 }
    }

    /// Where the tip of the nose lies between the eye line (0) and the mouth (1). About 0.6 upright; less when the head is
    /// raised, more when it is bowed.
    pub(super) fn nose_height(&self) -> f32 {
        let [left_eye, right_eye, nose, left_mouth, right_mouth] = self.five();
        let (_, down) = self.eye_axis();
        let eyes = Point::mean(&[left_eye, right_eye]);
        let project = |point: Point| (point.x - eyes.x) * down.x + (point.y - eyes.y) * down.y;
        let mouth = project(Point::mean(&[left_mouth, right_mouth]));
        if mouth.abs() < f32::EPSILON { 0.0 } else { project(nose) / mouth }
    }

    /// Nod of the head in degrees, positive when it is raised. The scale is fitted against a 3-D face mesh over nodding people
    /// (49 to 57 degrees per unit); the zero is the median of 61 photos, so that one picture alone says little: people's faces
    /// and the height of cameras differ by 10 degrees, and a nod is a change.
    pub(super) fn pitch(&self) -> f32 {
        54.0 * (0.58 - self.nose_height())
    }

    /// Opening of the lips over the width of the mouth inside of them.
    pub(super) fn mouth_open(&self) -> f32 {
        let width = self.0[60].distance(self.0[64]);
        self.0[62].distance(self.0[66]) / width.max(f32::EPSILON)
    }

    /// The viewer's left and right eye.
    pub(super) fn eyes(&self) -> [EyeOutline; 2] {
        [[36, 37, 38, 39, 40, 41], [42, 43, 44, 45, 46, 47]]
            .map(|of| EyeOutline(of.map(|index| self.0[index])))
    }

    /// Mean distance of the points of nose and mouth from those of `other`, pixels.
    fn nose_and_mouth_moved(&self, other: &Self) -> f32 {
        const COUNT: f32 = 29.0;
        let distance = |index: usize| self.0[index].distance(other.0[index]);
        (27..36).chain(48..68).map(distance).sum::<f32>() / COUNT
    }

    /// Distance of the eyes in pixels.
    pub(super) fn eye_distance(&self) -> f32 {
        let [left, right, ..] = self.five();
        left.distance(right)
    }

    /// Unit vectors along the outer corners of the eyes and square to it, downwards.
    fn eye_axis(&self) -> (Point, Point) {
        let (from, to) = (self.0[36], self.0[45]);
        let length = from.distance(to).max(f32::EPSILON);
        let along = Point::new((to.x - from.x) / length, (to.y - from.y) / length);
        (along, Point::new(-along.y, along.x))
    }
}

/// An eye's six points: its corners are the first and the fourth, the upper lid lies between them, the lower lid behind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct EyeOutline([Point; 6]);

impl EyeOutline {
    /// Middle of the lids.
    pub(super) fn centre(&self) -> Point {
        let [_, b, c, _, e, f] = self.0;
        Point::mean(&[b, c, e, f])
    }

    /// From corner to corner, pixels.
    pub(super) fn width(&self) -> f32 {
        self.0[0].distance(self.0[3])
    }

    /// Height of the opening over its width.
    pub(super) fn aspect(&self) -> f32 {
        let [_, b, c, _, e, f] = self.0;
        (b.distance(f) + c.distance(e)) / (2.0 * self.width()).max(f32::EPSILON)
    }
}

pub(super) struct LandmarkNet {
    net: Net,
    spec: NetSpec,
}

impl LandmarkNet {
    pub(super) fn new(net: Net, spec: NetSpec) -> Self {
        Self { net, spec }
    }

    /// The points for the input as it stands, x and y by turns, 0 to 1.
    pub(super) fn infer(&mut self) -> Result<[Vec<f32>; 1], EngineError> {
        self.net.infer([&self.spec.output])
    }

    /// The points of the face in `area`.
    pub(super) fn find(
        &mut self,
        scaler: &mut Scaler,
        image: &RgbImage,
        area: Rect,
    ) -> Result<Landmarks, EngineError> {
        let crop = whole_pixels(area.intersection(bounds(image)), image);
        let input = &self.spec.input;
        let face = scaler.scale(image, crop, input.width, input.height)?;
        write_planes(&face, input, self.net.planes());
        let [flat] = self.infer()?;
        let (pairs, _) = flat.as_chunks::<2>();
        let points: &[[f32; 2]; POINTS] =
            pairs.try_into().map_err(|_| EngineError::inference("the landmark net gave no 68 points"))?;
        Ok(Landmarks(
            points.map(|[x, y]| Point::new(crop.left + x * crop.width(), crop.top + y * crop.height())),
        ))
    }

    /// How far nose and mouth move, in distances of the eyes, when the net looks at the face again through a crop that lies
    /// lower and through a narrower one: about 0.02, and much more where it can only guess. Two inferences.
    pub(super) fn unsteadiness(
        &mut self,
        scaler: &mut Scaler,
        image: &RgbImage,
        area: Rect,
        found: &Landmarks,
    ) -> Result<f32, EngineError> {
        let (down, inset) = (0.06 * area.height(), Point::new(0.05 * area.width(), 0.05 * area.height()));
        let lower = Rect { top: area.top + down, bottom: area.bottom + down, ..area };
        let narrower = Rect {
            left: area.left + inset.x,
            top: area.top + inset.y,
            right: area.right - inset.x,
            bottom: area.bottom - inset.y,
        };
        let mut moved = 0.0;
        for crop in [lower, narrower] {
            let again = self.find(scaler, image, crop)?;
            moved += found.nose_and_mouth_moved(&again);
        }
        Ok(moved / 2.0 / found.eye_distance().max(f32::EPSILON))
    }
}

/// Cut to whole pixels, as the net was trained, and at least one pixel of the picture.
fn whole_pixels(area: Rect, image: &RgbImage) -> Rect {
    let edge = bounds(image);
    let left = area.left.floor().clamp(0.0, edge.right - 1.0);
    let top = area.top.floor().clamp(0.0, edge.bottom - 1.0);
    Rect {
        left,
        top,
        right: area.right.floor().clamp(left + 1.0, edge.right),
        bottom: area.bottom.floor().clamp(top + 1.0, edge.bottom),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A face that looks straight ahead, 100 pixels between the eyes.
    pub(in super::super) fn straight() -> Landmarks {
        let mut points = [Point::new(100.0, 100.0); POINTS];
        for (centre, lids) in [(50.0, [36, 37, 38, 39, 40, 41]), (150.0, [42, 43, 44, 45, 46, 47])] {
            for (index, dx) in lids.into_iter().zip([-15.0, -5.0, 5.0, 15.0, 5.0, -5.0]) {
                points[index] = Point::new(centre + dx, 60.0);
            }
        }
        points[30] = Point::new(100.0, 123.0);
        for (index, x) in [(48, 60.0), (60, 64.0), (54, 140.0), (64, 136.0)] {
            points[index] = Point::new(x, 160.0);
        }
        Landmarks(points)
    }

    #[test]
    fn a_straight_face_has_no_angles() {
        let face = straight();
        assert!(face.roll().abs() < 1e-4 && face.yaw().abs() < 1.5, "{} {}", face.roll(), face.yaw());
        assert!((face.nose_height() - 0.63).abs() < 0.02 && (face.eye_distance() - 100.0).abs() < 1e-3);
    }

    #[test]
    fn the_nose_tells_the_turn_even_of_a_tilted_face() {
        let turn = |mut face: Landmarks| {
            face.0[30].x += 40.0;
            face
        };
        let turned = turn(straight());
        assert!(turned.yaw() > 25.0, "{}", turned.yaw());
        let tilted = Landmarks(turned.0.map(|point| Point::new(-point.y, point.x)));
        assert!((tilted.yaw() - turned.yaw()).abs() < 0.1);
        assert!((tilted.roll().to_degrees() - 90.0).abs() < 0.1);
    }
}
