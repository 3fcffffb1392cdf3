//! Text for people, JSON for machines.

use std::fmt::Display;
use std::io::{ErrorKind, Write, stdout};

use anyhow::Result;
use serde::Serialize;
use shiming_bench::Proportion;

/// Writes a report to standard output. A reader that has seen enough (`| head`) is no error.
pub(crate) fn write<R: Display + Serialize>(report: &R, json: bool) -> Result<()> {
    let text = if json { serde_json::to_string_pretty(report)? + "\n" } else { report.to_string() };
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
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
