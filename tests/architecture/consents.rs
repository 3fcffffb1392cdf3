//! The consent text that identity shows must be one that face-auth accepts: else nobody can have their face checked.

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::breach::Breach;

const TEXTS: &str = "services/identity/src/domain/consent.rs";
const SETTINGS: &str = "services/face-auth/config/default.toml";

#[derive(Deserialize)]
struct Settings {
    consent: Consent,
}

#[derive(Deserialize)]
struct Consent {
    accepted: Vec<Text>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Text {
    version: String,
    text_sha256: String,
}

/// A breach when the first of identity's texts, the one in force, is not among face-auth's defaults.
pub(crate) fn check(texts: &str, settings: &str) -> Result<Vec<Breach>> {
    let settings: Settings = toml::from_str(settings).context(SETTINGS)?;
    let value = |key: &str| {
        let pattern = regex::Regex::new(&format!(r#"(?m)^\s*{key}: "([^"]+)",$"#))?;
        let found = pattern.captures(texts).and_then(|found| found.get(1));
        Ok::<_, anyhow::Error>(found.with_context(|| format!("{TEXTS} has no {key}"))?.as_str().to_owned())
    };
    let in_force = Text { version: value("version")?, text_sha256: value("text_sha256")? };
    if settings.consent.accepted.contains(&in_force) {
        return Ok(Vec::new());
    }
    let why = format!("consent.accepted lacks {} {}", in_force.version, in_force.text_sha256);
    Ok(vec![Breach::new(SETTINGS, 0, why)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: &str = "    TextFile {\n        version: \"2\",\n        text_sha256: \"b\",\n    },\n        version: \"1\",\n        text_sha256: \"a\",\n";

    fn accepted(version: &str, hash: &str) -> Vec<Breach> {
        let settings =
            format!("[consent]\naccepted = [{{ version = \"{version}\", text_sha256 = \"{hash}\" }}]\n");
        check(TEXTS, &settings).unwrap()
    }

    #[test]
    fn the_text_in_force_must_be_accepted() {
        assert!(accepted("2", "b").is_empty());
        for (version, hash) in [("1", "a"), ("2", "a"), ("1", "b")] {
            assert_eq!(accepted(version, hash).len(), 1, "{version} {hash}");
        }
    }
}
