//! The figures of comparing faces, as one report.

use std::fmt::{Display, Formatter, Result as Written};

use serde::Serialize;
use shiming_bench::{Comparisons, EqualError, OperatingPoint, Proportion};

use crate::output::{bare_percent, percent};

/// False accept rates for which the share of accepted people is stated.
const TARGETS: [f64; 2] = [1e-2, 1e-3];
/// Rows of the table over thresholds.
const STEPS: u32 = 20;

/// Error rates on a set of pairs.
#[derive(Serialize)]
pub(crate) struct ErrorRates {
    same_pairs: usize,
    different_pairs: usize,
    equal_error: Option<EqualError>,
    at_false_accept_rate: Vec<Target>,
    thresholds: Vec<OperatingPoint>,
}

#[derive(Serialize)]
struct Target {
    target: f64,
    point: Option<OperatingPoint>,
    true_accepts: Option<Proportion>,
    /// Pairs of two persons from which on this rate can be shown with 95 % confidence.
    pairs_to_show: usize,
    is_shown: bool,
}

impl ErrorRates {
    /// The table runs over `range`, from the lowest to the highest threshold.
    pub(crate) fn of(pairs: &Comparisons, range: (f64, f64)) -> Self {
        let step = (range.1 - range.0) / f64::from(STEPS);
        Self {
            same_pairs: pairs.same(),
            different_pairs: pairs.different(),
            equal_error: pairs.equal_error(),
            at_false_accept_rate: TARGETS.map(|target| Target::of(pairs, target)).into(),
            thresholds: (0..=STEPS).map(|row| pairs.at(range.0 + f64::from(row) * step)).collect(),
        }
    }
}

impl Target {
    fn of(pairs: &Comparisons, target: f64) -> Self {
        let point = pairs.at_false_accept_rate(target);
        let accepts = |point: OperatingPoint| {
            let refused = point.false_rejects;
            Proportion::new(refused.trials() - refused.events(), refused.trials())
        };
        let pairs_to_show = Proportion::trials_to_show(target);
        Self {
            target,
            point,
            true_accepts: point.map(accepts),
            pairs_to_show,
            is_shown: pairs.different() >= pairs_to_show,
        }
    }
}

impl Display for ErrorRates {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        writeln!(f, "pairs             {} same, {} different", self.same_pairs, self.different_pairs)?;
        match self.equal_error {
            Some(EqualError { rate, threshold }) => {
                writeln!(f, "EER               {:.2} % at threshold {threshold:.3}", 100.0 * rate)?;
            }
            None => writeln!(f, "EER               needs pairs of both kinds")?,
        }
        for target in &self.at_false_accept_rate {
            write!(f, "{target}")?;
        }
        writeln!(f, "\nthreshold   FAR %    FRR %")?;
        for point in &self.thresholds {
            let (accepts, rejects) = (bare_percent(point.false_accepts), bare_percent(point.false_rejects));
            writeln!(f, "{:>9.3} {accepts:>7} {rejects:>8}", point.threshold)?;
        }
        Ok(())
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let label = format!("TAR at FAR {:e}", self.target);
        let (Some(point), Some(accepts)) = (self.point, self.true_accepts) else {
            return writeln!(f, "{label:<18}needs pairs of two persons");
        };
        writeln!(f, "{label:<18}{} at threshold {:.3}", percent(accepts), point.threshold)?;
        if !self.is_shown {
            writeln!(
                f,
                "{:<18}an estimate: {} pairs of two persons can't show {:.1} %, that takes {}",
                "",
                point.false_accepts.trials(),
                100.0 * self.target,
                self.pairs_to_show
            )?;
        }
        Ok(())
    }
}
