//! How fast a sender must be to be waited for.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// The least that must come within each stretch of waiting. Only time in which something was waited for counts: a sender that is held up
/// by the reader is not slow.
#[derive(Debug)]
pub struct Pace {
    least: usize,
    stretch: Duration,
    came: usize,
    waited: Duration,
    waiting_since: Option<Instant>,
    end: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// At least `least` bytes in every `stretch` of waiting.
    pub fn new(least: usize, stretch: Duration) -> Self {
        Self { least, stretch, came: 0, waited: Duration::ZERO, waiting_since: None, end: None }
    }

    /// Notes that something came.
    pub fn came(&mut self, bytes: usize) {
        self.came = self.came.saturating_add(bytes);
        if let Some(since) = self.waiting_since.take() {
            self.waited += since.elapsed();
        }
    }

    /// Ready when too little came; to be asked whenever there is nothing to read.
    pub fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let since = *self.waiting_since.get_or_insert_with(Instant::now);
            let at = since + self.stretch.saturating_sub(self.waited);
            let end = self.end.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
            if end.deadline() != at {
                end.as_mut().reset(at);
            }
            ready!(end.as_mut().poll(context));
            if self.came < self.least {
                return Poll::Ready(());
            }
            (self.came, self.waited, self.waiting_since) = (0, Duration::ZERO, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    const STRETCH: Duration = Duration::from_secs(10);

    async fn waits(pace: &mut Pace, time: Duration) -> bool {
        tokio::time::timeout(time, poll_fn(|context| pace.poll_too_slow(context))).await.is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn a_drip_is_too_slow_and_a_steady_flow_is_not() {
        let mut drip = Pace::new(100, STRETCH);
        for _ in 0..9 {
            assert!(waits(&mut drip, Duration::from_secs(1)).await);
            drip.came(1);
        }
        assert!(!waits(&mut drip, Duration::from_secs(2)).await);

        let mut flow = Pace::new(100, STRETCH);
        for _ in 0..60 {
            assert!(waits(&mut flow, Duration::from_secs(1)).await);
            flow.came(20);
        }
        assert!(!waits(&mut flow, 2 * STRETCH + Duration::from_secs(1)).await, "then it stops");
    }

    #[tokio::test(start_paused = true)]
    async fn time_in_which_nobody_reads_is_nobodys_slowness() {
        let mut pace = Pace::new(100, STRETCH);
        for _ in 0..5 {
            pace.came(1);
            tokio::time::sleep(STRETCH).await;
        }
        assert!(waits(&mut pace, Duration::from_secs(9)).await);
    }
}
