//! Everything this process logs at `debug` and above, for tests that look for what must not be there.

use std::io::{self, Write};
use std::sync::{Mutex, Once};

use tracing_subscriber::fmt::MakeWriter;

static KEPT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static KEEP: Once = Once::new();

struct Keeper;

impl Write for Keeper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        KEPT.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Keepers;

impl MakeWriter<'_> for Keepers {
    type Writer = Keeper;

    fn make_writer(&self) -> Keeper {
        Keeper
    }
}

/// Begins to keep, for all tests of the process.
pub(crate) fn keep() {
    KEEP.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .with_writer(Keepers)
            .init();
    });
}

/// What was kept.
pub(crate) fn kept() -> String {
    String::from_utf8_lossy(&KEPT.lock().unwrap()).into_owned()
}
