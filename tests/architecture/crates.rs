//! Which crate of the workspace may depend on which, and which library enters through which crate.

use cargo_metadata::{DependencyKind, Metadata};

use crate::breach::Breach;

const SERVICES: [&str; 4] = ["identity", "face-auth", "enterprise-binding", "messaging"];
/// Shared crates in the order of the house: each may use those of earlier rows.
const SHARED: [&[&str]; 4] =
    [&["kernel"], &["identifiers", "crypto", "runtime"], &["rpc", "store", "cache"], &["service"]];

/// A dependency that must not spread: only these crates name it in `[dependencies]`.
const HELD: [(&str, &[&str]); 7] = [
    ("sea-orm", &["store", "identity", "face-auth", "enterprise-binding", "messaging"]),
    ("sea-orm-migration", &["store", "identity", "face-auth", "enterprise-binding", "messaging"]),
    ("sqlx", &["store"]),
    ("redis", &["cache", "testkit"]),
    ("axum", &["gateway", "rpc", "runtime", "all-in-one"]),
    ("protox", &["proto"]),
    ("tonic-prost-build", &["proto"]),
];

/// One edge between packages, as written in a manifest.
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    kind: DependencyKind,
}

pub(crate) fn check(metadata: &Metadata) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for package in metadata.workspace_packages() {
        let manifest =
            package.manifest_path.strip_prefix(&metadata.workspace_root).unwrap_or(&package.manifest_path);
        for dependency in &package.dependencies {
            let edge = Edge { from: &package.name, to: &dependency.name, kind: dependency.kind };
            if let Some(rule) = refusal(&edge) {
                breaches.push(Breach::new(manifest.as_str(), 0, rule));
            }
        }
    }
    breaches
}

/// Why this edge must not stand, if it must not.
fn refusal(edge: &Edge<'_>) -> Option<String> {
    let Some(from) = own(edge.from) else {
        return Some(format!("`{}` is not called shiming-<folder>", edge.from));
    };
    if matches!(from, "tests" | "architecture" | "bench") {
        return None;
    }
    let Some(to) = own(edge.to) else { return refused_library(from, edge) };
    if matches!(to, "testkit" | "pictures") {
        return (edge.kind != DependencyKind::Development)
            .then(|| format!("{from} → {to}: {to} is a dev-dependency only"));
    }
    // A test may start what it needs beside its crate, but a service stays apart from its siblings even there.
    let allowed = may_use(from, to)
        || (edge.kind == DependencyKind::Development && !SERVICES.contains(&to) && to != "gateway");
    (!allowed).then(|| format!("{from} → {to}: not in the order kernel ← {{identifiers, crypto, runtime}} ← {{rpc, store, cache}} ← service ← services; the gateway stands on rpc and cache"))
}

fn refused_library(from: &str, edge: &Edge<'_>) -> Option<String> {
    let (library, holders) = HELD.iter().find(|(library, _)| *library == edge.to)?;
    let free = edge.kind == DependencyKind::Development || holders.contains(&from);
    (!free).then(|| format!("{from} → {library}: only {} may name it", holders.join(", ")))
}

fn own(package: &str) -> Option<&str> {
    package.strip_prefix("shiming-")
}

fn may_use(from: &str, to: &str) -> bool {
    let row = |name: &str| SHARED.iter().position(|row| row.contains(&name));
    match from {
        "all-in-one" => true,
        "testkit" => row(to).is_some() || to == "proto",
        "exposed" => matches!(to, "kernel" | "rpc" | "proto"),
        "emit" => to == "exposed" || may_use("exposed", to),
        "gateway" => {
            (row(to).is_some() && !matches!(to, "store" | "service")) || matches!(to, "proto" | "exposed")
        }
        "face-engine" => to == "kernel",
        "face-auth" if to == "face-engine" => true,
        service if SERVICES.contains(&service) => row(to).is_some() || to == "proto",
        "rpc" | "service" if to == "proto" => true,
        shared => matches!((row(shared), row(to)), (Some(from), Some(to)) if to < from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(from: &str, to: &str, kind: DependencyKind) -> bool {
        let prefix =
            |name: &str| name.strip_prefix('+').map_or_else(|| format!("shiming-{name}"), ToOwned::to_owned);
        let (from, to) = (prefix(from), prefix(to));
        refusal(&Edge { from: &from, to: &to, kind }).is_some()
    }

    #[test]
    fn edges_against_the_order_are_refused() {
        for (from, to) in [
            ("kernel", "crypto"),
            ("crypto", "runtime"),
            ("rpc", "store"),
            ("store", "cache"),
            ("runtime", "rpc"),
            ("store", "proto"),
            ("identity", "face-auth"),
            ("messaging", "gateway"),
            ("gateway", "store"),
            ("gateway", "service"),
            ("rpc", "service"),
            ("gateway", "identity"),
            ("gateway", "emit"),
            ("exposed", "cache"),
            ("identity", "exposed"),
            ("proto", "kernel"),
            ("newcomer", "kernel"),
            ("identity", "testkit"),
            ("face-auth", "pictures"),
            ("identity", "all-in-one"),
            ("gateway", "+sea-orm"),
            ("identity", "+redis"),
            ("messaging", "+axum"),
            ("+other", "kernel"),
        ] {
            assert!(is_refused(from, to, DependencyKind::Normal), "{from} → {to}");
        }
        assert!(is_refused("identity", "messaging", DependencyKind::Development));
    }

    #[test]
    fn edges_of_the_house_stand() {
        for (from, to) in [
            ("crypto", "kernel"),
            ("rpc", "runtime"),
            ("rpc", "proto"),
            ("store", "crypto"),
            ("identity", "store"),
            ("identity", "service"),
            ("service", "proto"),
            ("service", "cache"),
            ("identity", "proto"),
            ("gateway", "cache"),
            ("gateway", "exposed"),
            ("emit", "exposed"),
            ("emit", "proto"),
            ("gateway", "+axum"),
            ("all-in-one", "identity"),
            ("all-in-one", "gateway"),
            ("tests", "all-in-one"),
            ("identity", "+sea-orm"),
            ("cache", "+redis"),
            ("identity", "+serde"),
        ] {
            assert!(!is_refused(from, to, DependencyKind::Normal), "{from} → {to}");
        }
        assert!(!is_refused("kernel", "testkit", DependencyKind::Development));
    }
}
