//! Text for people, JSON for machines.

use std::fmt::Display;
use std::io::{Write, stdout};

use anyhow::Result;
use serde::Serialize;
use shiming_bench::Proportion;

/// Writes a report to standard output.
pub(crate) fn write<R: Display + Serialize>(report: &R, json: bool) -> Result<()> {
    let mut out = stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, report)?;
        writeln!(out)?;
    } else {
        write!(out, "{report}")?;
    }
    Ok(out.flush()?)
}

/// `0.18 % (3 of 1690; 95 %: 0.06 to 0.52 %)`
pub(crate) fn percent(found: Proportion) -> String {
    let Some(rate) = found.rate() else { return "nothing to count".to_owned() };
    let (low, high) = found.interval();
    format!(
        "{:.2} % ({} of {}; 95 %: {:.2} to {:.2} %)",
        100.0 * rate,
        found.events(),
        found.trials(),
        100.0 * low,
        100.0 * high
    )
}

/// `0.18`, or a dash where nothing was counted.
pub(crate) fn bare_percent(found: Proportion) -> String {
    found.rate().map_or_else(|| "-".to_owned(), |rate| format!("{:.2}", 100.0 * rate))
}
