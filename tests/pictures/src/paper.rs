//! Photos as things before a camera: a sheet that is moved, tilted and bent, or a picture that a program distorts.

use image::{Rgb, RgbImage};

use crate::retouch::coordinate;

/// How a sheet is held. Angles in radians; lengths in halves of its width.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    /// To the right.
    pub shift: f32,
    /// 1 is as large as the photo.
    pub zoom: f32,
    /// In the picture's plane.
    pub roll: f32,
    /// About the upright axis.
    pub yaw: f32,
    /// About the level axis.
    pub pitch: f32,
    /// Bent about the upright axis: the angle of its half width; 0 is flat.
    pub bend: f32,
}

/// How far the camera is from the sheet.
const DISTANCE: f32 = 2.4;
const WALL: Rgb<u8> = Rgb([96, 98, 101]);

impl Paper {
    /// Held flat, right before the camera.
    pub const FLAT: Self = Self { shift: 0.0, zoom: 1.0, roll: 0.0, yaw: 0.0, pitch: 0.0, bend: 0.0 };

    /// What the camera sees: each of its pixels is followed to the sheet, step by step until it is met to a quarter of a pixel.
    pub fn show(self, photo: &RgbImage) -> RgbImage {
        let (width, height) = photo.dimensions();
        let half = coordinate(width) / 2.0;
        let held = self.hold();
        RgbImage::from_fn(width, height, |x, y| {
            let seen = ((coordinate(x) - half) / half, (coordinate(y) - coordinate(height) / 2.0) / half);
            let (mut u, mut v) = seen;
            for _ in 0..12 {
                let (x, y) = held.project(u, v);
                let (dx, dy) = (seen.0 - x, seen.1 - y);
                if dx.abs().max(dy.abs()) < 0.25 / half {
                    break;
                }
                (u, v) = (u + 0.8 * dx, v + 0.8 * dy);
            }
            let (px, py) = (u * half + half, v * half + coordinate(height) / 2.0);
            image::imageops::interpolate_bilinear(photo, px, py).unwrap_or(WALL)
        })
    }

    fn hold(self) -> Held {
        let Self { shift, zoom, roll, yaw, pitch, bend } = self;
        Held { shift, zoom, bend, roll: roll.sin_cos(), yaw: yaw.sin_cos(), pitch: pitch.sin_cos() }
    }
}

/// The same with the sines and cosines of its angles.
struct Held {
    shift: f32,
    zoom: f32,
    bend: f32,
    roll: (f32, f32),
    yaw: (f32, f32),
    pitch: (f32, f32),
}

impl Held {
    /// Where a point of the sheet is seen.
    fn project(&self, across: f32, down: f32) -> (f32, f32) {
        let (x, z) = if self.bend == 0.0 {
            (across, 0.0)
        } else {
            let (sine, cosine) = (across * self.bend).sin_cos();
            (sine / self.bend, (1.0 - cosine) / self.bend)
        };
        let turn =
            |(sine, cosine): (f32, f32), x: f32, z: f32| (x * cosine + z * sine, z * cosine - x * sine);
        let (x, z) = turn(self.yaw, x, z);
        let (z, y) = turn(self.pitch, z, down);
        let near = self.zoom * DISTANCE / (DISTANCE + z);
        let (x, y) = (x * near + self.shift, y * near);
        let (y, x) = turn(self.roll, y, x);
        (x, y)
    }
}

/// The middle of a face pushed to the viewer's right by a part of the picture's width, the rest left where it is.
pub fn pasted(photo: &RgbImage, push: f32) -> RgbImage {
    let (width, height) = photo.dimensions();
    // Audun's nose.
    let (nose_x, nose_y, reach) =
        (0.51 * coordinate(width), 0.58 * coordinate(height), 0.07 * coordinate(width));
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (coordinate(x), coordinate(y));
        let away = ((x - nose_x).powi(2) + (y - nose_y).powi(2)) / (2.0 * reach * reach);
        let from = x - push * 0.25 * coordinate(width) * (-away).exp();
        image::imageops::interpolate_bilinear(photo, from, y).unwrap_or(WALL)
    })
}
