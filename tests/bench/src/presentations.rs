//! Error rates of telling live faces from attacks (ISO/IEC 30107-3). A score of at least the threshold is taken as live.

use crate::Proportion;

/// What one kind of presentation scored: live faces, or attacks with one kind of instrument.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Presentations {
    scores: Vec<f64>,
    unanswered: usize,
}

impl Presentations {
    /// `unanswered`: presentations for which the system gave no score, because it refused the picture. `None` when a score is
    /// no number.
    pub fn new(scores: Vec<f64>, unanswered: usize) -> Option<Self> {
        scores.iter().all(|score| !score.is_nan()).then_some(Self { scores, unanswered })
    }

    /// All presentations, answered or not.
    pub fn total(&self) -> usize {
        self.scores.len() + self.unanswered
    }

    /// Taken as live at `threshold`, of those that were answered: of attacks this is APCER.
    pub fn taken_as_live(&self, threshold: f64) -> Proportion {
        let live = self.scores.iter().filter(|score| **score >= threshold).count();
        Proportion::new(live, self.scores.len())
    }

    /// Taken as attacks at `threshold`, of those that were answered: of live faces this is BPCER.
    pub fn taken_as_attack(&self, threshold: f64) -> Proportion {
        let answered = self.scores.len();
        Proportion::new(answered - self.taken_as_live(threshold).events(), answered)
    }

    /// Without an answer, of all: APNRR of attacks, BPNRR of live faces.
    pub fn not_answered(&self) -> Proportion {
        Proportion::new(self.unanswered, self.total())
    }
}

/// The rate of the kind of attack that passes most often: what the standard calls APCER of the system, never the mean over
/// kinds, which a harmless kind would better. `None` when no kind was answered.
pub fn worst(kinds: impl IntoIterator<Item = Proportion>) -> Option<Proportion> {
    let rated = kinds.into_iter().filter_map(|kind| Some((kind.rate()?, kind)));
    rated.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_rates() {
        let prints = Presentations::new(vec![0.1, 0.2, 0.5, 0.9], 1).expect("numbers");
        assert_eq!(prints.taken_as_live(0.5), Proportion::new(2, 4));
        assert_eq!(prints.taken_as_attack(0.5), Proportion::new(2, 4));
        assert_eq!(prints.not_answered(), Proportion::new(1, 5));
        assert_eq!(Presentations::new(vec![f64::NAN], 0), None);
    }

    #[test]
    fn the_worst_kind_counts_not_the_mean() {
        let (prints, masks, silent) = (Proportion::new(0, 90), Proportion::new(5, 10), Proportion::new(0, 0));
        assert_eq!(worst([prints, masks, silent]), Some(masks));
        assert_eq!(worst([silent]), None);
        assert_eq!(worst([]), None);
    }

    proptest! {
        #[test]
        fn every_answer_is_one_of_two(scores in proptest::collection::vec(0.0_f64..=1.0, 0..50), threshold in 0.0_f64..1.1) {
            let found = Presentations::new(scores, 0).expect("numbers");
            let (live, attack) = (found.taken_as_live(threshold), found.taken_as_attack(threshold));
            prop_assert_eq!(live.events() + attack.events(), found.total());
        }
    }
}
