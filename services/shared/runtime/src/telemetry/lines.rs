//! Log lines on their way to standard output, off the hot path.
//!
//! A line costs its request a copy into a buffer. One thread writes what has gathered, at most every [`PAUSE`]: a thread woken and a system
//! call made for every line would cost more than the line. What can't be written fast enough is dropped and counted, never waited for.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// The longest a line waits for others.
const PAUSE: Duration = Duration::from_millis(10);
/// Bytes that may wait.
const MOST: usize = 8 * 1024 * 1024;

/// Where lines are put.
#[derive(Clone, Debug)]
pub(super) struct Lines(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    dropped: u64,
    closed: bool,
}

/// The thread that writes. Dropping it writes what is left.
#[derive(Debug)]
pub(super) struct LinesGuard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Writes lines to `out`, by a thread of their own.
pub(super) fn to(out: impl Write + Send + 'static) -> io::Result<(Lines, LinesGuard)> {
    let shared = Arc::<Shared>::default();
    let writer = Arc::clone(&shared);
    let thread = std::thread::Builder::new().name("log".to_owned()).spawn(move || writer.write_to(out))?;
    Ok((Lines(Arc::clone(&shared)), LinesGuard { shared, thread: Some(thread) }))
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, line: &[u8]) {
        let mut waiting = self.lock();
        if waiting.bytes.len() + line.len() > MOST {
            waiting.dropped += 1;
            return;
        }
        let first = waiting.bytes.is_empty();
        waiting.bytes.extend_from_slice(line);
        drop(waiting);
        if first {
            self.changed.notify_one();
        }
    }

    fn write_to(&self, mut out: impl Write) {
        let mut taken = Vec::new();
        loop {
            let mut waiting = self.lock();
            while waiting.bytes.is_empty() && !waiting.closed {
                waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            if !waiting.closed {
                // Others gather meanwhile; only the end cuts it short.
                let gathered = self.changed.wait_timeout_while(waiting, PAUSE, |waiting| !waiting.closed);
                waiting = gathered.unwrap_or_else(PoisonError::into_inner).0;
            }
            mem::swap(&mut waiting.bytes, &mut taken);
            let (dropped, closed) = (mem::take(&mut waiting.dropped), waiting.closed);
            drop(waiting);
            // Nothing is left to tell about a standard output that can't be written to.
            drop(out.write_all(&taken).and_then(|()| out.flush()));
            taken.clear();
            if dropped > 0 {
                tracing::warn!(dropped, "log lines were dropped");
            }
            if closed {
                return;
            }
        }
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Drop for LinesGuard {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// Hands every write on, one at a time, when it is asked for.
    struct Slow(mpsc::SyncSender<Vec<u8>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            drop(self.0.send(bytes.to_vec()));
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_written_together_and_none_is_lost_at_the_end() {
        let (sender, written) = mpsc::sync_channel(100);
        let (mut lines, guard) = to(Slow(sender)).unwrap();
        let all: Vec<_> = (0..50).map(|number| format!("{number}\n")).collect();
        for line in &all {
            lines.write_all(line.as_bytes()).unwrap();
        }
        drop(guard);
        let writes: Vec<_> = written.iter().collect();
        let text = String::from_utf8(writes.concat()).unwrap();
        assert_eq!(text, all.concat());
        assert!(writes.len() < 50, "{} writes", writes.len());
    }

    #[test]
    fn a_stuck_output_stops_nobody() {
        let (sender, written) = mpsc::sync_channel(0);
        let (mut lines, guard) = to(Slow(sender)).unwrap();
        let line = vec![b'x'; 1024 * 1024];
        for _ in 0..50 {
            lines.write_all(&line).unwrap();
        }
        assert!(lines.0.lock().bytes.len() <= MOST);
        drop(written);
        drop(guard);
    }
}
