//! Pictures of people: the astronaut kept here, others brought by `make photos`.

use bytes::Bytes;
use shiming_pictures::{RgbImage, cut, decoded, relit};

/// A photo that `make photos` brought.
pub(crate) fn photo(name: &str) -> Bytes {
    shiming_pictures::photo(&format!("{name}.jpg")).into()
}

/// The reference photo of most tests.
pub(crate) fn astronaut() -> Bytes {
    Bytes::from_static(include_bytes!("../photos/astronaut.jpg"))
}

/// The same person before another camera: `step` changes light and frame a little.
pub(crate) fn astronaut_again(step: u8) -> Bytes {
    let image = decoded(&astronaut());
    let inset = 4 + u32::from(step) * 3;
    let part = cut(&image, [inset, inset, image.width() - 2 * inset, image.height() - 2 * inset]);
    jpeg(&relit(part, 1.0, f32::from(step) * 6.0 - 10.0), 85)
}

/// Nobody else: another person.
pub(crate) fn stranger() -> Bytes {
    photo("person-2")
}

pub(crate) fn png(image: RgbImage) -> Bytes {
    shiming_pictures::png(image).into()
}

pub(crate) fn jpeg(image: &RgbImage, quality: u8) -> Bytes {
    shiming_pictures::jpeg(image, quality).into()
}
