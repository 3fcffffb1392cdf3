//! What a rule reports, and how a test says it.

use std::fmt;

/// A place that breaks a rule, with the rule in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breach {
    pub(crate) file: String,
    /// From 1; 0 where the whole file is meant.
    pub(crate) line: usize,
    pub(crate) rule: String,
}

impl Breach {
    pub(crate) fn new(file: &str, line: usize, rule: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, rule: rule.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.rule),
            line => write!(f, "{}:{line}: {}", self.file, self.rule),
        }
    }
}

/// Fails with one line per breach, in the order of the files.
pub(crate) fn refuse(mut breaches: Vec<Breach>) -> anyhow::Result<()> {
    breaches.sort_by(|a, b| (&a.file, a.line, &a.rule).cmp(&(&b.file, b.line, &b.rule)));
    breaches.dedup();
    if breaches.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    anyhow::bail!("{} breach(es) of the house rules:\n{}", lines.len(), lines.join("\n"))
}

#[test]
fn a_breach_is_refused_with_its_place() {
    let error = refuse(vec![Breach::new("b.rs", 7, "no"), Breach::new("a.rs", 0, "never")]).unwrap_err();
    assert_eq!(error.to_string(), "2 breach(es) of the house rules:\na.rs: never\nb.rs:7: no");
    assert!(refuse(Vec::new()).is_ok());
}
