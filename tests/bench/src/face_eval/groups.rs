//! The figures of `face-eval pairs` by group of people. A mean over all hides the group a threshold is wrong for: the worst one counts.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result as Written};

use anyhow::{Context, Result};
use serde::Serialize;
use shiming_bench::list::{Pair, Picture};
use shiming_bench::{Bounded, Kept, Met, People, Scored};
use shiming_face_engine::Thresholds;

/// False accept rates whose thresholds are stated.
const TARGETS: [f64; 2] = [1e-3, 1e-4];
/// The name of all pictures together.
const ALL: &str = "all";

/// Error rates of every group, and of all people together where there is more than one.
#[derive(Serialize)]
pub(crate) struct Groups(Vec<Group>);

#[derive(Serialize)]
struct Group {
    group: String,
    people: usize,
    same_pairs: usize,
    different_pairs: usize,
    standard: Met,
    strict: Met,
    kept: Vec<Kept>,
}

impl Groups {
    /// Pairs within a group are the group's; those across groups are counted among all alone.
    pub(crate) fn of(pictures: &[Picture], scored: &[(Pair, f64)], thresholds: Thresholds) -> Result<Self> {
        let mut numbers = BTreeMap::new();
        for picture in pictures {
            let next = numbers.len();
            numbers.entry(picture.person.as_str()).or_insert(next);
        }
        let shown: BTreeMap<&str, (usize, Option<&str>)> = pictures
            .iter()
            .map(|picture| {
                (picture.file.as_str(), (numbers[picture.person.as_str()], picture.group.as_deref()))
            })
            .collect();
        let mut groups: BTreeMap<&str, Vec<Scored>> = BTreeMap::new();
        let mut all = Vec::new();
        for (pair, score) in scored {
            let ((one, group), (other, others)) = (shown[pair.a.as_str()], shown[pair.b.as_str()]);
            let scored = Scored { score: *score, persons: (one, other) };
            all.push(scored);
            if let Some(group) = group.filter(|_| group == others) {
                groups.entry(group).or_default().push(scored);
            }
        }
        let by_name = groups.into_iter().chain([(ALL, all)]);
        let groups = by_name.map(|(name, pairs)| Group::of(name, pairs, thresholds));
        Ok(Self(groups.collect::<Result<_>>()?))
    }
}

impl Group {
    fn of(name: &str, pairs: Vec<Scored>, thresholds: Thresholds) -> Result<Self> {
        let people = People::new(pairs).context("a score is no number")?;
        let levels = [thresholds.standard, thresholds.strict].map(f64::from);
        let (met, kept) = people.measured(&levels, &TARGETS);
        Ok(Self {
            group: name.to_owned(),
            people: people.persons(),
            same_pairs: people.comparisons().same(),
            different_pairs: people.comparisons().different(),
            standard: met[0],
            strict: met[1],
            kept,
        })
    }
}

impl Display for Groups {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for group in &self.0 {
            let Group { group: name, people, same_pairs, different_pairs, .. } = group;
            writeln!(
                f,
                "\n{name:<18}{people} people, {same_pairs} pairs of one and {different_pairs} of two"
            )?;
            for (level, met) in [("standard", &group.standard), ("strict", &group.strict)] {
                let label = format!("  {level} {:.2}", met.point.threshold);
                let (accepts, rejects) = (met.point.false_accepts.events(), met.point.false_rejects.events());
                writeln!(f, "{label:<18}FAR {} ({accepts})", percent(met.false_accepts, 4))?;
                writeln!(f, "{:<18}FRR {} ({rejects})", "", percent(met.false_rejects, 2))?;
            }
            for kept in &group.kept {
                let Bounded { value, low, high } = kept.threshold;
                let label = format!("  FAR {:e}", kept.target);
                write!(
                    f,
                    "{label:<18}TAR {} at {value:.3} ({low:.3} to {high:.3})",
                    percent(kept.true_accepts, 2)
                )?;
                writeln!(f, "{}", if kept.is_shown { "" } else { ": too few pairs to show it" })?;
            }
        }
        writeln!(f, "\nIntervals of 95 %, over persons.")?;
        let worst = |met: fn(&Group) -> &Met| {
            let groups = self.0.iter().filter(|group| self.0.len() == 1 || group.group != ALL);
            let rated = groups.filter_map(|group| Some((met(group).false_accepts?.value, &group.group)));
            rated.max_by(|one, other| one.0.total_cmp(&other.0))
        };
        for (level, met) in
            [("standard", (|group| &group.standard) as fn(&Group) -> &Met), ("strict", |group| &group.strict)]
        {
            if let Some((rate, name)) = worst(met) {
                writeln!(f, "Worst group, {level}: {name}, FAR {:.4} %", 100.0 * rate)?;
            }
        }
        Ok(())
    }
}

fn percent(found: Option<Bounded>, digits: usize) -> String {
    found.map_or_else(
        || "nothing to count".to_owned(),
        |Bounded { value, low, high }| {
            let [value, low, high] = [value, low, high].map(|rate| 100.0 * rate);
            format!("{value:.digits$} % ({low:.digits$} to {high:.digits$})")
        },
    )
}
