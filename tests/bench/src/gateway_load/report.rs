//! The figures: medians over the rounds as a table, every turn as JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use crate::load::Done;
use crate::usage::Usage;

/// One turn of one subject.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    subject: &'static str,
    per_second: f64,
    /// By process, in the order of the way.
    processes: Vec<(&'static str, Figures)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    cpu_microseconds: f64,
    resident_mib: f64,
}

impl Row {
    pub(crate) fn new(subject: &'static str, done: &Done, before: &[Usage], after: &[Usage]) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let figures = |(before, after): (&Usage, &Usage)| {
            let cpu = (after.cpu_microseconds - before.cpu_microseconds) as f64;
            let figures = Figures {
                cpu_microseconds: cpu / done.requests as f64,
                resident_mib: after.resident_kib as f64 / 1024.0,
            };
            (after.name, figures)
        };
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let per_second = done.requests as f64 / done.seconds;
        Self { subject, per_second, processes: before.iter().zip(after).map(figures).collect() }
    }

    fn cpu(&self, process: &str) -> f64 {
        self.processes.iter().find(|(name, _)| *name == process).map_or(0.0, |(_, it)| it.cpu_microseconds)
    }

    fn whole_cpu(&self) -> f64 {
        self.processes.iter().map(|(_, it)| it.cpu_microseconds).sum()
    }

    fn json(&self) -> Value {
        let processes: BTreeMap<_, _> = self
            .processes
            .iter()
            .map(|(name, it)| {
                (name, json!({"cpu_us_per_request": it.cpu_microseconds, "rss_mib": it.resident_mib}))
            })
            .collect();
        json!({"subject": self.subject, "requests_per_second": self.per_second, "processes": processes})
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<8}{:>8.0} requests/s ", self.subject, self.per_second)?;
        for (name, it) in self.processes.iter().filter(|(_, it)| it.cpu_microseconds >= 0.5) {
            write!(f, " {name} {:.1} µs", it.cpu_microseconds)?;
        }
        Ok(())
    }
}

/// All turns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report(Vec<Row>);

impl Report {
    pub(crate) fn add(&mut self, row: Row) {
        self.0.push(row);
    }

    fn subjects(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.0.iter().map(|row| row.subject).collect();
        let mut seen = Vec::new();
        names.retain(|name| {
            !seen.contains(name) && {
                seen.push(*name);
                true
            }
        });
        names
    }

    fn median(&self, subject: &str, figure: impl Fn(&Row) -> f64) -> Option<f64> {
        let mut values: Vec<_> = self.0.iter().filter(|row| row.subject == subject).map(figure).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    /// Medians, and what they are to one another.
    pub(crate) fn table(&self) -> String {
        let mut text = String::new();
        self.write_table(&mut text).expect("a String takes everything");
        text
    }

    fn write_table(&self, to: &mut impl fmt::Write) -> fmt::Result {
        const PROCESSES: [&str; 5] = ["gateway", "identity", "service", "redis", "generator"];
        write!(to, "{:<10}{:>12}{:>12}", "medians", "requests/s", "all µs")?;
        for name in PROCESSES {
            write!(to, "{:>14}", format!("{name} µs"))?;
        }
        writeln!(to, "{:>14}", "gateway MiB")?;
        for subject in self.subjects() {
            let median = |figure: &dyn Fn(&Row) -> f64| self.median(subject, figure).unwrap_or_default();
            let (per_second, whole) = (median(&|row| row.per_second), median(&Row::whole_cpu));
            write!(to, "{subject:<10}{per_second:>12.0}{whole:>12.1}")?;
            for name in PROCESSES {
                write!(to, "{:>14.1}", median(&|row| row.cpu(name)))?;
            }
            let memory = |row: &Row| row.processes.first().map_or(0.0, |(_, it)| it.resident_mib);
            writeln!(to, "{:>14.0}", median(&memory))?;
        }
        for (name, ratio) in self.ratios() {
            writeln!(to, "{name}: {ratio:.2}")?;
        }
        Ok(())
    }

    fn ratios(&self) -> Vec<(&'static str, f64)> {
        let gateway = |row: &Row| row.cpu("gateway");
        let ratio = |figure: &dyn Fn(&Row) -> f64, of: &str, to: &str| {
            Some(self.median(of, figure)? / self.median(to, figure)?)
        };
        [
            (
                "the gateway's CPU per request, today to base (wanted: at most 0.55)",
                ratio(&gateway, "today", "base"),
            ),
            (
                "throughput, today to the minimal chain (wanted: at least 0.60)",
                ratio(&|row| row.per_second, "today", "minimal"),
            ),
            ("throughput, base to the minimal chain", ratio(&|row| row.per_second, "base", "minimal")),
            (
                "CPU per request of all processes, the minimal chain to today",
                ratio(&Row::whole_cpu, "minimal", "today"),
            ),
            (
                "throughput, the minimal chain to the bare call",
                ratio(&|row| row.per_second, "minimal", "bare"),
            ),
        ]
        .into_iter()
        .filter_map(|(name, ratio)| Some((name, ratio?)))
        .collect()
    }

    /// Every turn, and the ratios.
    pub(crate) fn json(&self) -> String {
        let turns: Vec<_> = self.0.iter().map(Row::json).collect();
        let ratios: BTreeMap<_, _> = self.ratios().into_iter().collect();
        format!("{:#}\n", json!({"turns": turns, "ratios": ratios}))
    }
}
