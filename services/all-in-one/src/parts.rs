//! What each part is told, made of the all-in-one's settings: the part's own defaults, then what the embedded mode changes, then the
//! part's own environment.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::de::DeserializeOwned;
use shiming_crypto::KeyringConfig;
use shiming_enterprise_binding::EnterpriseBinding;
use shiming_messaging::Messaging;
use shiming_runtime::config::{ConfigError, Validate, load};
use shiming_service::{ConfigOf, load_over};
use toml::{Table, Value};

use crate::config::Config;
use crate::demo::Demo;

/// The settings of every part.
pub(crate) struct Parts {
    pub(crate) identity: shiming_identity::Config,
    pub(crate) face_auth: shiming_face_auth::Config,
    pub(crate) enterprise_binding: ConfigOf<EnterpriseBinding>,
    pub(crate) messaging: ConfigOf<Messaging>,
    pub(crate) gateway: shiming_gateway::Config,
}

/// The parts that have keys of their own.
pub(crate) const KEYED: &[&str] = &["identity", "face-auth", "enterprise-binding", "messaging", "gateway"];

/// Where the embedded installation listens, with real ports.
#[derive(Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) http: SocketAddr,
    pub(crate) grpc: SocketAddr,
}

impl Parts {
    pub(crate) fn new(
        config: &Config,
        keyrings: &BTreeMap<String, KeyringConfig>,
        at: Addresses,
        demo: Option<&Demo>,
    ) -> anyhow::Result<Self> {
        let part = Part { config, keyrings, at };
        let mut face_auth = part.service("face-auth")?;
        face_auth.insert("engine".into(), table([("models", path(&config.models))]).into());
        let mut messaging = part.service("messaging")?;
        let mut gateway = part.gateway()?;
        if let Some(demo) = demo {
            messaging.insert("sms".into(), table([("demo_phone", true.into())]).into());
            face_auth.insert("demo".into(), table([("citizens", demo.authority()?)]).into());
            let shown = [("citizens", demo.citizens()?), ("people", path(&config.people))];
            gateway.insert("demo".into(), table(shown).into());
        }
        Ok(Self {
            identity: read("identity", shiming_identity::DEFAULT, part.service("identity")?)?,
            face_auth: read("face-auth", shiming_face_auth::DEFAULT, face_auth)?,
            enterprise_binding: load_over::<EnterpriseBinding>(&part.service("enterprise-binding")?)?,
            messaging: load_over::<Messaging>(&messaging)?,
            gateway: read("gateway", shiming_gateway::DEFAULT, gateway)?,
        })
    }
}

struct Part<'a> {
    config: &'a Config,
    keyrings: &'a BTreeMap<String, KeyringConfig>,
    at: Addresses,
}

impl Part<'_> {
    /// What every service is told: one socket for all, a database file of its own, its keys, and its peers behind the same socket.
    fn service(&self, name: &str) -> anyhow::Result<Table> {
        let listen = [
            ("grpc", self.at.grpc.to_string().into()),
            ("admin", self.config.listen.admin.to_string().into()),
            ("plaintext_loopback", true.into()),
        ];
        let database = self.config.data.join(format!("{name}.db"));
        let mut overlay = table([
            ("listen", table(listen).into()),
            ("store", table([("url", format!("sqlite://{}", database.display()).into())]).into()),
            ("keyring", self.keyring(name)?),
        ]);
        let peers: &[&str] = match name {
            "identity" => &["face_auth", "messaging"],
            "enterprise-binding" => &["identity", "messaging"],
            "face-auth" => &["messaging"],
            "messaging" => &["identity"],
            _ => &[],
        };
        if !peers.is_empty() {
            overlay.insert("peers".into(), self.peers(peers).into());
        }
        Ok(overlay)
    }

    fn gateway(&self) -> anyhow::Result<Table> {
        let http = [
            ("listen", self.at.http.to_string().into()),
            ("admin", self.config.listen.admin.to_string().into()),
            ("public_origin", format!("http://localhost:{}", self.at.http.port()).into()),
        ];
        Ok(table([
            ("http", table(http).into()),
            ("keyring", self.keyring("gateway")?),
            ("peers", self.peers(&["identity", "face_auth", "enterprise_binding", "messaging"]).into()),
        ]))
    }

    fn peers(&self, names: &[&str]) -> Table {
        let uri = format!("http://{}", self.at.grpc);
        table(names.iter().map(|name| (*name, table([("uri", uri.as_str().into())]).into())))
    }

    fn keyring(&self, name: &str) -> anyhow::Result<Value> {
        Ok(Value::try_from(&self.keyrings[name])?)
    }
}

fn table<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Table {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn path(path: &std::path::Path) -> Value {
    path.display().to_string().into()
}

fn read<T: DeserializeOwned + Validate>(name: &str, default: &str, overlay: Table) -> anyhow::Result<T> {
    let mut tree: Table = default.parse()?;
    lay_over(&mut tree, overlay);
    load(name, &toml::to_string(&tree)?, None)
        .map_err(|error: ConfigError| anyhow::anyhow!("{name}: {error}"))
}

fn lay_over(tree: &mut Table, overlay: Table) {
    for (key, value) in overlay {
        match (tree.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => lay_over(below, above),
            (_, value) => drop(tree.insert(key, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_changes_what_it_names_and_nothing_else() {
        let mut tree: Table = "a = 1\n[b]\nc = 2\nd = 3".parse().unwrap();
        lay_over(&mut tree, "e = 5\n[b]\nc = 4".parse().unwrap());
        assert_eq!(tree, "a = 1\ne = 5\n[b]\nc = 4\nd = 3".parse().unwrap());
    }
}
