//! From a file's bytes to upright RGB pixels.
//!
//! Strangers send these bytes. What a file claims is read from its header and held against the limits before a pixel is
//! decoded, so that a small file can't ask for gigabytes; a JPEG's scans are counted, because each may repaint the whole
//! picture; a file that breaks off is refused, for decoders paint the missing part grey. What phones hang on behind a JPEG's end (a
//! film, a gain map) is no part of the picture and left out.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use super::config::ImageLimits;
use super::fault::CaptureFault;

/// Smaller pictures hold no face worth looking for.
const MIN_SIDE: u32 = 48;
/// Progressive cameras use about ten scans.
const MAX_SCANS: usize = 32;
const START_OF_SCAN: u8 = 0xda;
const END_OF_IMAGE: u8 = 0xd9;
/// Decoded bytes per pixel in the worst accepted case (16-bit RGBA), doubled for the decoder's own buffers.
const BYTES_PER_PIXEL: u64 = 16;

/// Decodes a JPEG, PNG or WebP (the first frame of an animation) and turns it upright as its EXIF says.
pub(super) fn decode(bytes: &[u8], limits: &ImageLimits) -> Result<RgbImage, CaptureFault> {
    if bytes.len() > limits.max_bytes {
        return Err(CaptureFault::ImageTooLarge);
    }
    let format = sniff(bytes).ok_or(CaptureFault::NotAnImage)?;
    let bytes =
        if format == ImageFormat::Jpeg { sound_jpeg(bytes).ok_or(CaptureFault::NotAnImage)? } else { bytes };
    if format == ImageFormat::WebP && largest_webp_frame(bytes) > limits.max_pixels {
        return Err(CaptureFault::ImageTooLarge);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(decoder_limits(limits));
    let mut decoder = reader.into_decoder().map_err(|error| fault_of(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(CaptureFault::ImageTooLarge);
    }
    if width.min(height) < MIN_SIDE {
        return Err(CaptureFault::FaceTooSmall);
    }
    // A picture without EXIF, or with an unreadable one, is taken as upright.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| fault_of(&error))?;
    picture.apply_orientation(orientation);
    Ok(picture.into_rgb8())
}

/// The decoder alone, for fuzzing: what a stranger's bytes reach before any net sees a pixel. Limits are the defaults, with
/// fewer pixels so that an execution stays short. Returns whether they were a picture.
#[cfg(feature = "fuzzing")]
pub fn fuzz_decode(bytes: &[u8]) -> bool {
    const MAX_PIXELS: u64 = 1_000_000;
    let limits = ImageLimits { max_pixels: MAX_PIXELS, ..ImageLimits::default() };
    decode(bytes, &limits).is_ok()
}

fn decoder_limits(limits: &ImageLimits) -> Limits {
    let mut of_decoder = Limits::no_limits();
    of_decoder.max_alloc = Some(limits.max_pixels.saturating_mul(BYTES_PER_PIXEL));
    of_decoder
}

fn fault_of(error: &image::ImageError) -> CaptureFault {
    match error {
        image::ImageError::Limits(_) => CaptureFault::ImageTooLarge,
        _ => CaptureFault::NotAnImage,
    }
}

/// By the first bytes; a file's name or declared type proves nothing.
fn sniff(bytes: &[u8]) -> Option<ImageFormat> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(ImageFormat::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// The picture itself, if it has an end and few scans. Scans are counted by their mark wherever it stands, so that no decoder finds more.
fn sound_jpeg(bytes: &[u8]) -> Option<&[u8]> {
    let picture = &bytes[..jpeg_end(bytes)?];
    let scans = picture.windows(2).filter(|pair| pair == &[0xff, START_OF_SCAN]).count();
    (1..=MAX_SCANS).contains(&scans).then_some(picture)
}

/// Behind the end mark of the first picture: ITU-T T.81 annex B. Thumbnails lie inside segments, whose lengths lead past them.
fn jpeg_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        // Extraneous bytes before a mark, and a mark's repeated first half, are passed over as by any decoder.
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        at += bytes[at..].iter().position(|byte| *byte != 0xff)?;
        let mark = bytes[at];
        at += 1;
        match mark {
            END_OF_IMAGE => return Some(at),
            // An escaped 0xff, a restart inside a scan, TEM: nothing follows that belongs to them.
            0x00 | 0x01 | 0xd0..=0xd8 => {}
            _ => {
                let length = bytes.get(at..at + 2)?;
                at += usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
}

/// Pixels of the largest frame any part of a WebP claims. The canvas in the file's head may claim less: the decoder makes room for
/// a frame before it compares the two.
fn largest_webp_frame(bytes: &[u8]) -> u64 {
    let lossy = |frame: &[u8]| match frame {
        [b'V', b'P', b'8', b' ', _, _, _, _, _, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] => {
            let side = |low, high| u64::from(u16::from_le_bytes([low, high]) & 0x3fff);
            Some(side(*w0, *w1) * side(*h0, *h1))
        }
        _ => None,
    };
    let lossless = |frame: &[u8]| match frame {
        [b'V', b'P', b'8', b'L', _, _, _, _, 0x2f, a, b, c, d, ..] => {
            let sides = u32::from_le_bytes([*a, *b, *c, *d]);
            Some(u64::from((sides & 0x3fff) + 1) * u64::from((sides >> 14 & 0x3fff) + 1))
        }
        _ => None,
    };
    let frames = (0..bytes.len()).map(|at| &bytes[at..]);
    frames.filter_map(|frame| lossy(frame).or_else(|| lossless(frame))).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;
    use image::codecs::png::PngEncoder;
    use image::codecs::webp::WebPEncoder;
    use image::{ExtendedColorType, ImageEncoder};
    use proptest::prelude::*;

    use super::*;

    fn picture() -> RgbImage {
        RgbImage::from_fn(96, 64, |x, y| {
            image::Rgb([u8::try_from(2 * x).unwrap(), u8::try_from(3 * y).unwrap(), 90])
        })
    }

    fn encode(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture().write_to(&mut bytes, format).expect("encodes");
        bytes.into_inner()
    }

    fn limits() -> ImageLimits {
        ImageLimits::default()
    }

    /// A PNG that claims any size in a valid header, with nothing behind it.
    fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 2, 0, 0, 0]);
        let mut crc = u32::MAX;
        for byte in &bytes[12..] {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        bytes.extend((!crc).to_be_bytes());
        bytes.extend(b"\0\0\x10\0IDAT");
        bytes
    }

    #[test]
    fn reads_the_three_formats() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let decoded = decode(&encode(format), &limits()).expect("decodes");
            assert_eq!(decoded.dimensions(), (96, 64), "{format:?}");
        }
    }

    #[test]
    fn turns_the_picture_as_its_exif_says() {
        let exif = |orientation| {
            let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
            exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
            exif
        };
        fn with(mut encoder: impl ImageEncoder, exif: Vec<u8>) {
            encoder.set_exif_metadata(exif).expect("takes exif");
            encoder.write_image(picture().as_raw(), 96, 64, ExtendedColorType::Rgb8).expect("encodes");
        }
        // What lies upper left in the file, and where it belongs.
        for (orientation, size, corner) in
            [(3, (96, 64), (92, 60)), (6, (64, 96), (60, 2)), (8, (64, 96), (2, 92))]
        {
            let mut files = [Vec::new(), Vec::new(), Vec::new()];
            let [jpeg, png, webp] = &mut files;
            with(JpegEncoder::new_with_quality(jpeg, 100), exif(orientation));
            with(PngEncoder::new(png), exif(orientation));
            with(WebPEncoder::new_lossless(webp), exif(orientation));
            for (file, format) in files.iter().zip(["jpeg", "png", "webp"]) {
                let decoded = decode(file, &limits()).expect("decodes");
                assert_eq!(decoded.dimensions(), size, "{format} {orientation}");
                let seen = decoded.get_pixel(corner.0, corner.1);
                assert!(seen[0] < 30 && seen[1] < 30, "{format} {orientation}: {seen:?}");
            }
        }
    }

    /// Motion photos and gain maps: phones write on behind the picture's end.
    #[test]
    fn what_hangs_on_behind_a_jpeg_is_left_out() {
        let plain = encode(ImageFormat::Jpeg);
        let upright = decode(&plain, &limits()).expect("decodes");
        let tails = (0..8_u64).flat_map(|seed| {
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            let mut noise = move || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()
            };
            [64 * 1024, 3 * 1024 * 1024].map(|length| (0..length / 8).flat_map(|_| noise()).collect())
        });
        for tail in tails.chain([plain.clone(), vec![0; 100_000], b"\xff\xda\xff\xda".repeat(100)]) {
            let whole = [plain.clone(), tail].concat();
            assert!(decode(&whole, &limits()).expect("decodes") == upright, "{} bytes", whole.len());
        }
    }

    #[test]
    fn other_files_are_no_images() {
        for bytes in
            [&b""[..], b"hello", b"GIF89a\x01\0\x01\0", b"%PDF-1.7", b"\xff\xd8\xff", b"<svg/>", &[0; 4096]]
        {
            assert_eq!(decode(bytes, &limits()).map(drop), Err(CaptureFault::NotAnImage));
        }
    }

    #[test]
    fn broken_off_files_are_no_images() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let whole = encode(format);
            for kept in [whole.len() / 4, whole.len() / 2, whole.len() - 20] {
                let result = decode(&whole[..kept], &limits()).map(drop);
                assert_eq!(
                    result,
                    Err(CaptureFault::NotAnImage),
                    "{format:?} cut to {kept} of {}",
                    whole.len()
                );
            }
        }
    }

    #[test]
    fn a_file_of_50_mb_is_refused_by_its_length() {
        let mut bytes = encode(ImageFormat::Jpeg);
        bytes.resize(50_000_000, 0);
        assert_eq!(decode(&bytes, &limits()).map(drop), Err(CaptureFault::ImageTooLarge));
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        for (width, height) in [(100_000, 100_000), (4001, 4000), (u32::MAX >> 1, 64)] {
            assert_eq!(decode(&png_of(width, height), &limits()).map(drop), Err(CaptureFault::ImageTooLarge));
        }
        let mut tall = encode(ImageFormat::Jpeg);
        let frame = tall.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("baseline frame");
        tall[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        assert_eq!(decode(&tall, &limits()).map(drop), Err(CaptureFault::ImageTooLarge));
    }

    #[test]
    fn a_webp_frame_larger_than_its_canvas_is_refused_before_room_is_made() {
        let mut bytes = b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\0\0\x2f\0\0".to_vec();
        bytes.extend(b"VP8 \x20\0\0\0\x10\x02\0\x9d\x01\x2a\xff\x3f\xff\x3f");
        bytes.resize(72, 0);
        assert_eq!(decode(&bytes, &limits()).map(drop), Err(CaptureFault::ImageTooLarge));
    }

    #[test]
    fn a_jpeg_of_endless_scans_is_refused() {
        let mut bytes = encode(ImageFormat::Jpeg);
        let scan = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).expect("a scan");
        let again = bytes[scan..bytes.len() - 2].to_vec();
        for _ in 0..MAX_SCANS {
            let end = bytes.len() - 2;
            bytes.splice(end..end, again.iter().copied());
        }
        assert_eq!(decode(&bytes, &limits()).map(drop), Err(CaptureFault::NotAnImage));
    }

    #[test]
    fn transparency_and_16_bits_are_flattened() {
        let mut bytes = Vec::new();
        let deep = vec![0x80_u8; 64 * 64 * 8];
        PngEncoder::new(&mut bytes).write_image(&deep, 64, 64, ExtendedColorType::Rgba16).expect("encodes");
        assert_eq!(decode(&bytes, &limits()).expect("decodes").get_pixel(9, 9).0, [0x80; 3]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn any_bytes_are_refused_or_read(
            magic in proptest::sample::select(vec![
                &b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"RIFF\xff\0\0\0WEBPVP8L", b"",
            ]),
            tail in proptest::collection::vec(any::<u8>(), 0..512),
        ) {
            let _ = decode(&[magic, &tail].concat(), &limits());
        }

        #[test]
        fn a_damaged_file_never_panics(
            format in proptest::sample::select(vec![ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP]),
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        ) {
            let mut bytes = encode(format);
            for (place, value) in damage {
                let at = place.index(bytes.len());
                bytes[at] = value;
            }
            let small = ImageLimits { max_pixels: 1_000_000, ..limits() };
            if let Ok(decoded) = decode(&bytes, &small) {
                prop_assert!(u64::from(decoded.width()) * u64::from(decoded.height()) <= small.max_pixels);
            }
        }
    }
}
