//! Error rates of comparing faces, over thresholds. A similarity of at least the threshold accepts.

use serde::Serialize;

use crate::Proportion;

/// The similarities of pairs of one person and of pairs of two.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparisons {
    /// Ascending.
    same: Vec<f64>,
    /// Ascending.
    different: Vec<f64>,
}

/// Both kinds of error at one threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OperatingPoint {
    /// The smallest similarity that accepts.
    pub threshold: f64,
    /// Pairs of two persons that are accepted.
    pub false_accepts: Proportion,
    /// Pairs of one person that are refused.
    pub false_rejects: Proportion,
}

/// Where both kinds of error are equally frequent, or come nearest to it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EqualError {
    /// Mean of both rates there, 0 to 1.
    pub rate: f64,
    /// The middle of the thresholds at which the rates are these.
    pub threshold: f64,
}

impl Comparisons {
    /// `None` when a similarity is no number.
    pub fn new(mut same: Vec<f64>, mut different: Vec<f64>) -> Option<Self> {
        if same.iter().chain(&different).any(|similarity| similarity.is_nan()) {
            return None;
        }
        same.sort_by(f64::total_cmp);
        different.sort_by(f64::total_cmp);
        Some(Self { same, different })
    }

    /// Pairs of one person.
    pub fn same(&self) -> usize {
        self.same.len()
    }

    /// Pairs of two persons.
    pub fn different(&self) -> usize {
        self.different.len()
    }

    /// The errors at `threshold`.
    pub fn at(&self, threshold: f64) -> OperatingPoint {
        let below = |scores: &[f64]| scores.partition_point(|similarity| *similarity < threshold);
        let (same, different) = (self.same.len(), self.different.len());
        OperatingPoint {
            threshold,
            false_accepts: Proportion::new(different - below(&self.different), different),
            false_rejects: Proportion::new(below(&self.same), same),
        }
    }

    /// The lowest threshold at which not more than `target` of the pairs of two persons are accepted. `None` without such
    /// pairs.
    pub fn at_false_accept_rate(&self, target: f64) -> Option<OperatingPoint> {
        let (strangers, total) = (&self.different, self.different.len());
        // Strangers below a candidate are refused, all others accepted: the first that leaves few enough.
        let rate = |accepted: usize| Proportion::new(accepted, total).rate();
        let last_refused = (0..total)
            .find(|at| self.accepted_above(strangers[*at]).is_some_and(|n| rate(n) <= Some(target)))?;
        Some(self.at(strangers[last_refused].next_up()))
    }

    /// The equal error rate. `None` without pairs of both kinds.
    pub fn equal_error(&self) -> Option<EqualError> {
        if self.same.is_empty() || self.different.is_empty() {
            return None;
        }
        let mut steps: Vec<f64> = self.same.iter().chain(&self.different).copied().collect();
        steps.sort_by(f64::total_cmp);
        steps.dedup();
        // Between two neighbouring similarities every threshold decides alike: the middle stands for all of them.
        let middles = steps.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
        let ends = [steps.first().copied(), steps.last().map(|last| last.next_up())];
        let candidates = middles.chain(ends.into_iter().flatten());
        candidates
            .filter_map(|threshold| self.gap(threshold))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, e)| e)
    }

    fn gap(&self, threshold: f64) -> Option<(f64, EqualError)> {
        let point = self.at(threshold);
        let (accepts, rejects) = (point.false_accepts.rate()?, point.false_rejects.rate()?);
        Some(((accepts - rejects).abs(), EqualError { rate: f64::midpoint(accepts, rejects), threshold }))
    }

    fn accepted_above(&self, similarity: f64) -> Option<usize> {
        let refused = self.different.partition_point(|other| *other <= similarity);
        self.different.len().checked_sub(refused)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn comparisons(same: &[f64], different: &[f64]) -> Comparisons {
        Comparisons::new(same.to_vec(), different.to_vec()).expect("numbers")
    }

    fn rates(point: OperatingPoint) -> (Option<f64>, Option<f64>) {
        (point.false_accepts.rate(), point.false_rejects.rate())
    }

    #[test]
    fn the_threshold_itself_accepts() {
        let found = comparisons(&[0.4, 0.8], &[0.1, 0.4]);
        assert_eq!(rates(found.at(0.4)), (Some(0.5), Some(0.0)));
        assert_eq!(rates(found.at(0.41)), (Some(0.0), Some(0.5)));
        assert_eq!(rates(found.at(-1.0)), (Some(1.0), Some(0.0)));
        assert_eq!(rates(found.at(1.1)), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn known_equal_error_rates() {
        let apart = comparisons(&[0.9, 0.8], &[0.1, 0.2]).equal_error().unwrap();
        assert!(apart.rate == 0.0 && (apart.threshold - 0.5).abs() < 1e-9);
        let third = comparisons(&[0.9, 0.8, 0.3], &[0.1, 0.2, 0.5]).equal_error().unwrap();
        assert!((third.rate - 1.0 / 3.0).abs() < 1e-12 && third.threshold > 0.3 && third.threshold < 0.5);
        let turned = comparisons(&[0.1, 0.2], &[0.8, 0.9]).equal_error().unwrap();
        assert!((turned.rate - 1.0).abs() < 1e-12);
        let alike = comparisons(&[0.5, 0.5], &[0.5, 0.5]).equal_error().unwrap();
        assert!((alike.rate - 0.5).abs() < 1e-12);
        assert_eq!(comparisons(&[], &[0.1]).equal_error(), None);
    }

    #[test]
    fn known_operating_points() {
        let strangers: Vec<f64> = (0..1000).map(|n| f64::from(n) / 1000.0).collect();
        let found = comparisons(&[0.985, 0.9995, 1.0], &strangers);
        let percent = found.at_false_accept_rate(1e-2).unwrap();
        assert_eq!((percent.false_accepts.events(), percent.false_rejects.events()), (10, 1));
        assert!((percent.threshold - 0.989).abs() < 1e-9);
        let none = found.at_false_accept_rate(0.0).unwrap();
        assert_eq!((none.false_accepts.events(), none.false_rejects.events()), (0, 1));
        assert_eq!(comparisons(&[0.5], &[]).at_false_accept_rate(0.1), None);
    }

    #[test]
    fn equal_similarities_stand_or_fall_together() {
        let found = comparisons(&[0.9], &[0.3, 0.3, 0.3, 0.1]);
        let half = found.at_false_accept_rate(0.5).unwrap();
        assert!(half.false_accepts.events() == 0 && half.threshold > 0.3);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert_eq!(Comparisons::new(vec![f64::NAN], vec![]), None);
    }

    fn scores() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec((-100_i32..=100).prop_map(|n| f64::from(n) / 100.0), 1..60)
    }

    proptest! {
        #[test]
        fn a_higher_threshold_accepts_fewer(same in scores(), different in scores(), low in -1.0..1.0, step in 0.0..1.0) {
            let found = comparisons(&same, &different);
            let (below, above) = (found.at(low), found.at(low + step));
            prop_assert!(above.false_accepts.events() <= below.false_accepts.events());
            prop_assert!(above.false_rejects.events() >= below.false_rejects.events());
        }

        #[test]
        fn no_threshold_balances_better(same in scores(), different in scores(), any in -1.1_f64..1.1) {
            let found = comparisons(&same, &different);
            let equal = found.equal_error().unwrap();
            let gap = |threshold| found.gap(threshold).unwrap().0;
            prop_assert!(gap(equal.threshold) <= gap(any));
            prop_assert!((0.0..=1.0).contains(&equal.rate));
        }

        #[test]
        fn the_scale_of_the_scores_is_nothing(same in scores(), different in scores()) {
            let grow = |scores: &[f64]| scores.iter().map(|s| 8.0 * s + 16.0).collect::<Vec<_>>();
            let (small, large) = (comparisons(&same, &different), comparisons(&grow(&same), &grow(&different)));
            let rate = |found: &Comparisons| found.equal_error().unwrap().rate;
            prop_assert!((rate(&small) - rate(&large)).abs() < 1e-12);
        }

        #[test]
        fn the_target_is_kept_and_nothing_lower_keeps_it(same in scores(), different in scores(), target in 0.0..0.9) {
            let found = comparisons(&same, &different);
            let point = found.at_false_accept_rate(target).unwrap();
            prop_assert!(point.false_accepts.rate().unwrap() <= target);
            let lower = different.iter().copied().filter(|s| *s < point.threshold);
            for threshold in lower {
                prop_assert!(found.at(threshold).false_accepts.rate().unwrap() > target);
            }
        }
    }
}
