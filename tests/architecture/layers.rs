//! Inside a service: domain ← app ← {store, clients, rpc} ← lib, and which library each room may name.

use anyhow::{Context, Result};

use crate::breach::Breach;
use crate::tokens::{Name, names};

const SERVICES: [&str; 4] = ["identity", "face-auth", "enterprise-binding", "messaging"];

/// A room of a service, what it must not name, and why.
struct Room {
    name: &'static str,
    /// Sibling rooms it does not import.
    siblings: &'static [&'static str],
    libraries: &'static [&'static str],
    why: &'static str,
}

const ROOMS: [Room; 6] = [
    Room {
        name: "domain",
        siblings: &["app", "store", "clients", "rpc"],
        libraries: &[
            "tonic",
            "tonic_prost",
            "tonic_types",
            "prost",
            "prost_types",
            "sea_orm",
            "sea_orm_migration",
            "redis",
            "axum",
            "shiming_proto",
            "shiming_rpc",
            "shiming_store",
            "shiming_cache",
        ],
        why: "domain holds types and rules, and knows neither wire nor store",
    },
    Room {
        name: "app",
        siblings: &["rpc"],
        libraries: &[
            "tonic",
            "tonic_prost",
            "tonic_types",
            "prost",
            "prost_types",
            "sea_orm",
            "sea_orm_migration",
            "redis",
            "axum",
        ],
        why: "a use case speaks in domain types; the wire is rpc's, the database is store's",
    },
    Room {
        name: "store",
        siblings: &["rpc", "clients"],
        libraries: &["tonic", "tonic_types", "redis", "axum"],
        why: "store speaks to the database only",
    },
    Room {
        name: "clients",
        siblings: &["rpc", "store"],
        libraries: &["sea_orm", "sea_orm_migration", "redis", "axum"],
        why: "clients call other services; only store names sea_orm",
    },
    Room {
        name: "rpc",
        siblings: &["store"],
        libraries: &["sea_orm", "sea_orm_migration", "redis", "axum"],
        why: "rpc converts and calls app; only store names sea_orm",
    },
    Room {
        name: "",
        siblings: &[],
        libraries: &["tonic", "tonic_types", "sea_orm", "sea_orm_migration", "redis", "axum"],
        why: "lib, config and error put the rooms together; only rpc and clients name tonic, only store names sea_orm",
    },
];

/// Breaches in the file at `path`; files outside the services' `src` have none, and what only tests see is free.
pub(crate) fn check(path: &str, text: &str) -> Result<Vec<Breach>> {
    let Some(module) = service_module(path) else { return Ok(Vec::new()) };
    if module.last() == Some(&"tests") {
        return Ok(Vec::new());
    }
    let room = room(&module);
    let names = names(&module, text).with_context(|| path.to_owned())?;
    let breaches = names.iter().filter(|name| !name.in_test).filter_map(|name| {
        let what = forbidden(room, name)?;
        let place = if room.name.is_empty() { "the top of a service" } else { room.name };
        Some(Breach::new(path, name.line, format!("{place} must not name `{what}`: {}", room.why)))
    });
    Ok(breaches.collect())
}

fn forbidden(room: &Room, name: &Name) -> Option<String> {
    let first = name.segments.first()?;
    if let Some(library) = room.libraries.iter().find(|library| *library == first) {
        return Some((*library).to_owned());
    }
    let sibling = name.segments.get(1).filter(|_| first == "crate")?;
    room.siblings.contains(&sibling.as_str()).then(|| format!("crate::{sibling}"))
}

fn room(module: &[&str]) -> &'static Room {
    let named = ROOMS.iter().find(|room| module.first() == Some(&room.name));
    named.unwrap_or(&ROOMS[ROOMS.len() - 1])
}

/// `services/identity/src/app/log_in.rs` → `["app", "log_in"]`.
fn service_module(path: &str) -> Option<Vec<&str>> {
    let (service, file) = path.strip_prefix("services/")?.split_once("/src/")?;
    if !SERVICES.contains(&service) {
        return None;
    }
    let mut module: Vec<&str> = file.strip_suffix(".rs")?.split('/').collect();
    if matches!(module.last(), Some(&("mod" | "lib" | "main"))) {
        module.pop();
    }
    Some(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(path: &str, text: &str) -> Vec<String> {
        check(path, text).expect("Rust text").iter().map(ToString::to_string).collect()
    }

    fn is_refused(path: &str, text: &str, what: &str) {
        let found = breaches(path, text);
        assert!(found.len() == 1 && found[0].contains(what), "{path}: {found:?}");
    }

    #[test]
    fn domain_stays_pure() {
        is_refused(
            "services/identity/src/domain/person.rs",
            "\nuse tonic::Status;",
            "person.rs:2: domain must not name `tonic`",
        );
        is_refused("services/identity/src/domain/person.rs", "use super::super::app::App;", "crate::app");
        is_refused("services/identity/src/domain.rs", "fn f(tx: &crate::store::Tx) {}", "crate::store");
        is_refused("services/identity/src/domain/mod.rs", "use {crate::clients::X};", "crate::clients");
    }

    #[test]
    fn app_knows_no_wire_and_no_database() {
        is_refused("services/messaging/src/app/send_sms.rs", "use sea_orm::EntityTrait as _;", "sea_orm");
        is_refused(
            "services/messaging/src/app/send_sms.rs",
            "fn f() { let x = prost::Message::encode(&a); }",
            "prost",
        );
        is_refused("services/messaging/src/app/mod.rs", "use crate::{store, rpc};", "crate::rpc");
    }

    #[test]
    fn only_store_names_sea_orm_and_only_rpc_and_clients_name_tonic() {
        for path in ["rpc/convert.rs", "clients/face.rs", "error.rs", "lib.rs"] {
            is_refused(&format!("services/face-auth/src/{path}"), "use sea_orm::DbErr;", "sea_orm");
        }
        for path in ["store/persons.rs", "error.rs", "config.rs"] {
            is_refused(&format!("services/face-auth/src/{path}"), "use tonic::Status;", "tonic");
        }
        is_refused("services/identity/src/error.rs", "#[sea_orm(x)]\nstruct A;", "sea_orm");
    }

    #[test]
    fn what_is_allowed_passes() {
        for (path, text) in [
            (
                "services/identity/src/store/persons.rs",
                "use sea_orm::EntityTrait as _; use crate::domain::Person;",
            ),
            ("services/identity/src/rpc/convert.rs", "use tonic::Status; use crate::app::App;"),
            ("services/identity/src/clients/face.rs", "use tonic::Request;"),
            ("services/identity/src/app/log_in.rs", "use crate::{clients, domain::X, store};"),
            ("services/identity/src/app/log_in.rs", "#[cfg(test)] mod tests { use sea_orm::X; }"),
            ("services/shared/store/src/tx.rs", "use sea_orm::X;"),
            ("services/identity/tests/it/main.rs", "use tonic::X;"),
        ] {
            assert_eq!(breaches(path, text), [] as [&str; 0], "{path}");
        }
    }
}
