//! Any bytes are read as a picture or refused: no panic, and no more memory or time than the limits allow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shiming_face_engine::fuzz_decode;

fuzz_target!(|bytes: &[u8]| {
    fuzz_decode(bytes);
});
