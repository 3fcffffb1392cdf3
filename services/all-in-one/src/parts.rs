//! What each part is told, made of the all-in-one's settings: the part's own defaults, then what the embedded mode changes, then the
//! part's own environment.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use shiming_crypto::KeyringConfig;
use shiming_enterprise_binding::EnterpriseBinding;
use shiming_face_auth::FaceAuth;
use shiming_identity::Identity;
use shiming_messaging::Messaging;
use shiming_runtime::config::Layers;
use shiming_service::{ConfigOf, Service, load_over};
use toml::{Table, Value};

use crate::config::Config;
use crate::demo::Demo;

/// The settings of every part.
pub(crate) struct Parts {
    pub(crate) identity: ConfigOf<Identity>,
    pub(crate) face_auth: ConfigOf<FaceAuth>,
    pub(crate) enterprise_binding: ConfigOf<EnterpriseBinding>,
    pub(crate) messaging: ConfigOf<Messaging>,
    pub(crate) gateway: shiming_gateway::Config,
}

/// The parts that have keys of their own.
pub(crate) const KEYED: &[&str] =
    &[Identity::NAME, FaceAuth::NAME, EnterpriseBinding::NAME, Messaging::NAME, GATEWAY];
const GATEWAY: &str = "gateway";
/// Whom the gateway calls.
const GATEWAY_PEERS: &[&str] = &[Identity::NAME, FaceAuth::NAME, EnterpriseBinding::NAME, Messaging::NAME];

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
        let mut face_auth = table([("engine", table([("models", path(&config.models))]).into())]);
        let (mut messaging, mut gateway) = (Table::new(), part.gateway()?);
        if let Some(demo) = demo {
            messaging.insert("sms".into(), table([("demo_phone", true.into())]).into());
            face_auth.insert("demo".into(), table([("citizens", demo.authority()?)]).into());
            let shown = [("citizens", demo.citizens()?), ("people", path(&config.people))];
            gateway.insert("demo".into(), table(shown).into());
        }
        let gateway = Layers::new(GATEWAY, shiming_gateway::DEFAULT).table(&gateway).read();
        Ok(Self {
            identity: part.service::<Identity>(Table::new())?,
            face_auth: part.service::<FaceAuth>(face_auth)?,
            enterprise_binding: part.service::<EnterpriseBinding>(Table::new())?,
            messaging: part.service::<Messaging>(messaging)?,
            gateway: gateway.map_err(|error| anyhow::anyhow!("{GATEWAY}: {error}"))?,
        })
    }
}

struct Part<'a> {
    config: &'a Config,
    keyrings: &'a BTreeMap<String, KeyringConfig>,
    at: Addresses,
}

impl Part<'_> {
    /// What every service is told beside its `own`: one socket for all, a database file of its own, its keys, and its peers behind the
    /// same socket.
    fn service<S: Service>(&self, own: Table) -> anyhow::Result<ConfigOf<S>> {
        let listen = [
            ("grpc", self.at.grpc.to_string().into()),
            ("admin", self.config.listen.admin.to_string().into()),
            ("plaintext_loopback", true.into()),
        ];
        let database = self.config.data.join(format!("{}.db", S::NAME));
        let mut decided = table([
            ("listen", table(listen).into()),
            ("store", table([("url", format!("sqlite://{}", database.display()).into())]).into()),
            ("keyring", self.keyring(S::NAME)?),
            ("peers", self.peers(S::PEERS).into()),
        ]);
        decided.extend(own);
        load_over::<S>(&decided).map_err(|error| anyhow::anyhow!("{}: {error}", S::NAME))
    }

    fn gateway(&self) -> anyhow::Result<Table> {
        let http = [
            ("listen", self.at.http.to_string().into()),
            ("admin", self.config.listen.admin.to_string().into()),
            ("public_origin", format!("http://localhost:{}", self.at.http.port()).into()),
        ];
        Ok(table([
            ("http", table(http).into()),
            ("keyring", self.keyring(GATEWAY)?),
            ("peers", self.peers(GATEWAY_PEERS).into()),
        ]))
    }

    fn peers(&self, services: &[&str]) -> Table {
        let uri = format!("http://{}", self.at.grpc);
        let peer = |name: &&str| (name.replace('-', "_"), table([("uri", uri.as_str().into())]).into());
        services.iter().map(peer).collect()
    }

    fn keyring(&self, name: &str) -> anyhow::Result<Value> {
        Ok(Value::try_from(&self.keyrings[name])?)
    }
}

fn table<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Table {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn path(path: &Path) -> Value {
    path.display().to_string().into()
}
