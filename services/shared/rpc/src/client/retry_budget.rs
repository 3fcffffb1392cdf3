//! How much may be repeated before repeating makes things worse.

use std::sync::{Arc, Mutex, PoisonError};

/// Full bucket.
const MOST: f64 = 10.0;
/// What a success gives back: one repeat per ten calls in the long run.
const GAIN: f64 = 0.1;

/// A token bucket per channel, as gRPC's retry throttling: every failure takes a token, every success gives a tenth back, and below half
/// nothing is repeated.
#[derive(Clone, Debug)]
pub(super) struct RetryBudget(Arc<Mutex<f64>>);

impl RetryBudget {
    pub(super) fn full() -> Self {
        Self(Arc::new(Mutex::new(MOST)))
    }

    pub(super) fn succeeded(&self) {
        self.change(GAIN);
    }

    /// Counts a failure; says whether it may be repeated.
    pub(super) fn failed(&self) -> bool {
        self.change(-1.0) > MOST / 2.0
    }

    fn change(&self, by: f64) -> f64 {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = (*tokens + by).clamp(0.0, MOST);
        *tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_is_down_is_soon_left_alone_and_comes_back_slowly() {
        let budget = RetryBudget::full();
        let repeats = (0..100).filter(|_| budget.failed()).count();
        assert_eq!(repeats, 4);
        (0..60).for_each(|_| budget.succeeded());
        assert!(!budget.failed(), "six tokens, five after this failure");
        (0..20).for_each(|_| budget.succeeded());
        assert!(budget.failed());
    }
}
