//! How often something happened, and between which bounds the true rate lies.

use serde::Serialize;

/// Two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Rule of three: after `n` trials without an event the rate is below about 3/n (95 %).
const THREE: f64 = 3.0;

/// `events` of `trials`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proportion {
    events: usize,
    trials: usize,
}

/// The form that machines read: counts, rate and both bounds.
#[derive(Serialize)]
struct Written {
    events: usize,
    trials: usize,
    rate: Option<f64>,
    low: f64,
    high: f64,
}

impl Proportion {
    /// More events than trials are taken as all of them.
    pub fn new(events: usize, trials: usize) -> Self {
        Self { events: events.min(trials), trials }
    }

    /// How often it happened.
    pub const fn events(self) -> usize {
        self.events
    }

    /// How often it could have happened.
    pub const fn trials(self) -> usize {
        self.trials
    }

    /// Share of the trials, 0 to 1; none of no trials.
    pub fn rate(self) -> Option<f64> {
        (self.trials > 0).then(|| count(self.events) / count(self.trials))
    }

    /// 95 % bounds of the true rate, each trial taken as independent of the others: Wilson's score interval, and the rule of
    /// three where nothing or everything happened. Nothing is known from no trials: 0 to 1.
    pub fn interval(self) -> (f64, f64) {
        let Some(rate) = self.rate() else { return (0.0, 1.0) };
        let n = count(self.trials);
        if self.events == 0 {
            return (0.0, (THREE / n).min(1.0));
        }
        if self.events == self.trials {
            return ((1.0 - THREE / n).max(0.0), 1.0);
        }
        let z2 = Z * Z;
        let middle = (rate + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z / (1.0 + z2 / n) * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).sqrt();
        ((middle - half).max(0.0), (middle + half).min(1.0))
    }

    /// Trials from which on a rate of `target` can be shown at all: even with no event the bound must come down to it.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive count; saturates"
    )]
    pub fn trials_to_show(target: f64) -> usize {
        // Divided the other way 3/1e-3 would come out a rounding error above 3000.
        (THREE * (1.0 / target)).round() as usize
    }
}

impl Serialize for Proportion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (low, high) = self.interval();
        Written { events: self.events, trials: self.trials, rate: self.rate(), low, high }
            .serialize(serializer)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(found: (f64, f64), wanted: (f64, f64)) {
        assert!(
            (found.0 - wanted.0).abs() < 5e-5 && (found.1 - wanted.1).abs() < 5e-5,
            "{found:?} {wanted:?}"
        );
    }

    #[test]
    fn wilson_as_in_the_books() {
        // Newcombe 1998, table I: 81 of 263 and 15 of 148.
        near(Proportion::new(81, 263).interval(), (0.2553, 0.3662));
        near(Proportion::new(15, 148).interval(), (0.0624, 0.1605));
    }

    #[test]
    fn nothing_seen_is_not_nothing() {
        assert_eq!(Proportion::new(0, 1690).interval(), (0.0, 3.0 / 1690.0));
        assert_eq!(Proportion::new(140, 140).interval(), (1.0 - 3.0 / 140.0, 1.0));
        assert_eq!(Proportion::new(0, 0).interval(), (0.0, 1.0));
        assert_eq!(Proportion::new(0, 2).interval(), (0.0, 1.0));
        assert_eq!(Proportion::new(0, 0).rate(), None);
    }

    #[test]
    fn a_small_rate_takes_many_trials() {
        assert_eq!(Proportion::trials_to_show(1e-2), 300);
        assert_eq!(Proportion::trials_to_show(1e-3), 3000);
        assert_eq!(Proportion::trials_to_show(1e-6), 3_000_000);
    }

    proptest! {
        #[test]
        fn the_bounds_hold_the_rate(trials in 1_usize..100_000, share in 0.0_f64..=1.0) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
            let events = (count(trials) * share) as usize;
            let found = Proportion::new(events, trials);
            let ((low, high), rate) = (found.interval(), found.rate().unwrap());
            prop_assert!(0.0 <= low && low <= rate && rate <= high && high <= 1.0);
        }

        #[test]
        fn more_trials_say_more(events in 0_usize..50, more in 1_usize..50) {
            let width = |times: usize| {
                let (low, high) = Proportion::new(events * times, 50 * times).interval();
                high - low
            };
            prop_assert!(width(1 + more) < width(1));
        }
    }
}
