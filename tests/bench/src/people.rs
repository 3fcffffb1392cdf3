//! Error rates with intervals over persons. Pairs that share a person are no independent trials: one man who resembles many strangers
//! makes all of their pairs false accepts. So persons are drawn anew, with repetition, and everything is counted again
//! (bootstrap; ISO/IEC 19795-1, annex on dependent trials).

use serde::Serialize;

use crate::{Comparisons, OperatingPoint, Proportion};

/// How often persons are drawn anew.
const DRAWS: usize = 400;
/// Share of the draws that lies below the interval, and above it.
const TAIL: f64 = 0.025;

/// The similarity of two pictures, and whose they are: one person's when both are the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Similarity.
    pub score: f64,
    /// Numbers of the persons, from 0.
    pub persons: (usize, usize),
}

/// Pairs of a group of people.
#[derive(Clone, Debug)]
pub struct People {
    persons: usize,
    /// Of one person each, ascending.
    same: Vec<Scored>,
    /// Of two, descending.
    different: Vec<Scored>,
    comparisons: Comparisons,
}

/// A figure with the bounds between which 95 % of the draws lie.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bounded {
    /// As counted.
    pub value: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// What the people of a group meet at a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Met {
    /// The errors as counted.
    pub point: OperatingPoint,
    /// Two persons taken for one.
    pub false_accepts: Option<Bounded>,
    /// One person taken for two.
    pub false_rejects: Option<Bounded>,
}

/// What it takes to keep a false accept rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Kept {
    /// The rate.
    pub target: f64,
    /// The lowest threshold that keeps it.
    pub threshold: Bounded,
    /// Pairs of one person that are accepted there.
    pub true_accepts: Option<Bounded>,
    /// Whether there are pairs enough to show so small a rate.
    pub is_shown: bool,
}

impl People {
    /// `None` when a score is no number.
    pub fn new(scored: impl IntoIterator<Item = Scored>) -> Option<Self> {
        let (mut of_one, mut of_two): (Vec<_>, Vec<_>) =
            scored.into_iter().partition(|pair| pair.persons.0 == pair.persons.1);
        let values = |pairs: &[Scored]| pairs.iter().map(|pair| pair.score).collect();
        let comparisons = Comparisons::new(values(&of_one), values(&of_two))?;
        of_one.sort_by(|a, b| a.score.total_cmp(&b.score));
        of_two.sort_by(|a, b| b.score.total_cmp(&a.score));
        let numbers = of_one.iter().chain(&of_two).map(|pair| pair.persons.0.max(pair.persons.1) + 1);
        Some(Self { persons: numbers.max().unwrap_or(0), same: of_one, different: of_two, comparisons })
    }

    /// The pairs without their persons.
    pub const fn comparisons(&self) -> &Comparisons {
        &self.comparisons
    }

    /// How many persons the pairs show.
    pub fn persons(&self) -> usize {
        let mut seen = vec![false; self.persons];
        for pair in self.same.iter().chain(&self.different) {
            (seen[pair.persons.0], seen[pair.persons.1]) = (true, true);
        }
        seen.into_iter().filter(|seen| *seen).count()
    }

    /// The errors at each threshold, and the thresholds that keep each rate.
    pub fn measured(&self, thresholds: &[f64], targets: &[f64]) -> (Vec<Met>, Vec<Kept>) {
        let draws: Vec<Draw> = {
            let mut dice = Dice(0x5eed);
            let weights = (0..DRAWS).map(|_| dice.draw(self.persons));
            weights.map(|times| self.drawn(&times, thresholds, targets)).collect()
        };
        let met = thresholds.iter().enumerate().map(|(at, threshold)| {
            let point = self.comparisons.at(*threshold);
            Met {
                point,
                false_accepts: rate(point.false_accepts, draws.iter().map(|draw| draw.met[at].0)),
                false_rejects: rate(point.false_rejects, draws.iter().map(|draw| draw.met[at].1)),
            }
        });
        let kept = targets.iter().enumerate().filter_map(|(at, target)| {
            let point = self.comparisons.at_false_accept_rate(*target)?;
            let refused = point.false_rejects;
            let accepted = Proportion::new(refused.trials() - refused.events(), refused.trials());
            let thresholds = draws.iter().filter_map(|draw| draw.kept[at]).map(|kept| kept.0);
            let accepts = draws.iter().filter_map(|draw| draw.kept[at]).map(|kept| 1.0 - kept.1);
            Some(Kept {
                target: *target,
                threshold: bounded(point.threshold, thresholds),
                true_accepts: rate(accepted, accepts),
                is_shown: point.false_accepts.trials() >= Proportion::trials_to_show(*target),
            })
        });
        (met.collect(), kept.collect())
    }

    /// Counts everything again, each person `times` as often.
    fn drawn(&self, times: &[f64], thresholds: &[f64], targets: &[f64]) -> Draw {
        let weight = |pair: &Scored| match pair.persons {
            (one, other) if one == other => times[one],
            (one, other) => times[one] * times[other],
        };
        let sum = |pairs: &[Scored]| pairs.iter().map(weight).sum::<f64>();
        let (same, different) = (sum(&self.same), sum(&self.different));
        let refused = |threshold: f64| {
            let below = self.same.partition_point(|pair| pair.score < threshold);
            sum(&self.same[..below]) / same
        };
        let accepted = |threshold: f64| {
            let from = self.different.partition_point(|pair| pair.score >= threshold);
            sum(&self.different[..from]) / different
        };
        let keeping = |target: f64| {
            let mut passed = 0.0;
            let first_too_many = self.different.iter().find(|pair| {
                passed += weight(pair);
                passed > target * different
            })?;
            let threshold = first_too_many.score.next_up();
            Some((threshold, refused(threshold)))
        };
        Draw {
            met: thresholds.iter().map(|threshold| (accepted(*threshold), refused(*threshold))).collect(),
            kept: targets.iter().map(|target| keeping(*target)).collect(),
        }
    }
}

/// One draw's rates: of false accepts and false rejects by threshold; threshold and false rejects by target.
struct Draw {
    met: Vec<(f64, f64)>,
    kept: Vec<Option<(f64, f64)>>,
}

/// A rate; where few events leave the draws little to differ by, the interval of independent trials is the wider one, and holds.
fn rate(counted: Proportion, draws: impl Iterator<Item = f64>) -> Option<Bounded> {
    let found = bounded(counted.rate()?, draws);
    let (low, high) = counted.interval();
    Some(Bounded { low: found.low.min(low), high: found.high.max(high), ..found })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index of some hundred draws"
)]
fn bounded(value: f64, draws: impl Iterator<Item = f64>) -> Bounded {
    let mut draws: Vec<f64> = draws.filter(|draw| draw.is_finite()).collect();
    draws.sort_by(f64::total_cmp);
    let at = |part: f64| draws.get((part * draws.len() as f64) as usize).or(draws.last());
    let (low, high) = (at(TAIL), at(1.0 - TAIL));
    Bounded {
        value,
        low: low.map_or(value, |low| low.min(value)),
        high: high.map_or(value, |high| high.max(value)),
    }
}

/// The same draws in every run (splitmix64).
struct Dice(u64);

impl Dice {
    /// How often each of `count` persons comes when as many are drawn.
    fn draw(&mut self, count: usize) -> Vec<f64> {
        let mut times = vec![0.0; count];
        for _ in 0..count {
            let drawn = self.next() % (count.max(1) as u64);
            if let Some(times) = usize::try_from(drawn).ok().and_then(|drawn| times.get_mut(drawn)) {
                *times += 1.0;
            }
        }
        times
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(score: f64, one: usize, other: usize) -> Scored {
        Scored { score, persons: (one, other) }
    }

    /// Twenty people; person 0 resembles everybody.
    fn crowd() -> People {
        let mut pairs = Vec::new();
        for one in 0..20 {
            pairs.push(pair(0.9, one, one));
            for other in one + 1..20 {
                pairs.push(pair(if one == 0 { 0.6 } else { 0.1 }, one, other));
            }
        }
        People::new(pairs).expect("numbers")
    }

    #[test]
    fn one_person_behind_all_errors_makes_the_interval_wide() {
        let (met, _) = crowd().measured(&[0.5], &[]);
        let found = met[0].false_accepts.expect("pairs of two");
        let (_, independent) = met[0].point.false_accepts.interval();
        assert!((found.value - 0.1).abs() < 1e-9 && found.low <= 0.011, "{found:?}");
        assert!(found.high > 0.2 && found.high > independent, "{found:?} {independent}");
    }

    #[test]
    fn a_kept_rate_has_its_threshold() {
        let (_, kept) = crowd().measured(&[], &[0.2, 0.05]);
        assert!((kept[0].threshold.value - 0.1).abs() < 1e-9, "{:?}", kept[0]);
        assert!(
            (kept[1].threshold.value - 0.6).abs() < 1e-9 && kept[1].threshold.low < 0.11,
            "{:?}",
            kept[1]
        );
        assert_eq!(kept[1].true_accepts.map(|accepts| accepts.value), Some(1.0));
    }

    #[test]
    fn no_event_is_not_taken_for_certainty() {
        let (met, _) = crowd().measured(&[0.8], &[]);
        let found = met[0].false_accepts.expect("pairs of two");
        assert!(found.value == 0.0 && found.high > 0.01, "{found:?}");
    }

    #[test]
    fn persons_are_those_of_the_pairs() {
        let people = People::new([pair(0.5, 3, 3), pair(0.1, 3, 7)]).expect("numbers");
        assert_eq!(
            (people.persons(), people.comparisons().same(), people.comparisons().different()),
            (2, 1, 1)
        );
        assert!(People::new([pair(f64::NAN, 0, 0)]).is_none());
        assert_eq!(People::new([]).expect("nothing").measured(&[0.5], &[0.1]).1, []);
    }
}
