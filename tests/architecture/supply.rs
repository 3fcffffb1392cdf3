//! Where dependencies come from and under which licence, by the policy that `deny.toml` states once for this test and
//! for cargo-deny; and lock files that name no host, so that they work with any registry.

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, Package};
use serde::Deserialize;
use spdx::{Expression, ParseMode};

use crate::breach::Breach;

/// The part of `deny.toml` that is checked here.
#[derive(Deserialize)]
pub(crate) struct Policy {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

impl Policy {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).context("deny.toml")
    }

    fn allows(&self, licence: &str) -> bool {
        let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else { return false };
        expression.evaluate(|required| {
            let id = required.license.id().map(|id| id.name).unwrap_or_default();
            let with = required.addition.as_ref().map(|addition| format!("{id} WITH {addition}"));
            self.licenses.allow.iter().any(|allowed| *allowed == id || Some(allowed) == with.as_ref())
        })
    }

    fn refusal(&self, name: &str, licence: Option<&str>, source: Option<&str>) -> Option<String> {
        if let Some(banned) = self.bans.deny.iter().find(|banned| banned.name == name) {
            return Some(format!("`{name}` is banned: {}", banned.reason));
        }
        match source {
            None => return None, // a crate of this workspace
            Some(CRATES_IO) => {}
            Some(other) => return Some(format!("`{name}` comes from {other}; only crates.io is known")),
        }
        match licence {
            None => Some(format!("`{name}` states no licence")),
            Some(licence) if self.allows(licence) => None,
            Some(licence) => Some(format!("`{name}` is under {licence}, which deny.toml does not allow")),
        }
    }
}

pub(crate) fn check_crates(metadata: &Metadata, policy: &Policy) -> Result<Vec<Breach>> {
    let used = metadata.resolve.as_ref().context("cargo metadata resolves the workspace")?;
    let is_used = |package: &&Package| used.nodes.iter().any(|node| node.id == package.id);
    let refusal = |package: &Package| {
        let source = package.source.as_ref().map(|source| source.repr.as_str());
        policy.refusal(&package.name, package.license.as_deref(), source)
    };
    Ok(metadata
        .packages
        .iter()
        .filter(is_used)
        .filter_map(|p| Some(Breach::new("Cargo.lock", 0, refusal(p)?)))
        .collect())
}

/// Lock files of npm and `PyPI`: pinned by hash, from no particular host.
pub(crate) fn check_lock(path: &str, text: &str) -> Vec<Breach> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let wrong = |line: &str| match file {
        "package-lock.json" => line.trim_start().starts_with("\"resolved\": \"http"),
        "requirements.txt" => {
            line.contains("://")
                || line.trim_start().starts_with("--index")
                || line.trim_start().starts_with("--extra")
        }
        _ => false,
    };
    let mut breaches: Vec<Breach> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| wrong(line))
        .map(|(at, _)| Breach::new(path, at + 1, "names a host; a lock file works with any registry"))
        .collect();
    if file == "requirements.txt" {
        let unpinned = text.split_inclusive('\n').filter(|line| line.contains("==")).count()
            > text.matches("--hash=sha256:").count();
        if unpinned {
            breaches.push(Breach::new(path, 0, "every requirement carries its --hash"));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::parse("[licenses]\nallow = ['MIT', 'Apache-2.0']\n[bans]\ndeny = [{ crate = 'openssl', reason = 'rustls' }]").expect("a policy")
    }

    #[test]
    fn licences_are_read_as_expressions() {
        for (licence, allowed) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("MIT AND GPL-3.0-only", false),
            ("MIT/Apache-2.0", true),
        ] {
            assert_eq!(policy().refusal("x", Some(licence), Some(CRATES_IO)).is_none(), allowed, "{licence}");
        }
        assert!(policy().refusal("x", None, Some(CRATES_IO)).is_some());
    }

    #[test]
    fn strange_sources_and_banned_crates_are_refused() {
        assert!(policy().refusal("x", Some("MIT"), Some("git+https://example.org/x")).is_some());
        assert!(policy().refusal("openssl", Some("MIT"), Some(CRATES_IO)).is_some());
        assert!(policy().refusal("shiming-kernel", None, None).is_none());
    }

    #[test]
    fn a_lock_file_with_a_host_or_without_a_hash_is_refused() {
        assert_eq!(
            check_lock("tests/package-lock.json", "{\n \"resolved\": \"https://example.org/x.tgz\"\n}").len(),
            1
        );
        assert_eq!(check_lock("tests/requirements.txt", "a==1 \\\n  --hash=sha256:00\nb==2").len(), 1);
        assert_eq!(check_lock("tests/requirements.txt", "a==1 \\\n  --hash=sha256:00").len(), 0);
    }
}
