//! Every service and the gateway in one process, on the embedded default: SQLite files, in-process cache, console text messages, one
//! plaintext socket on loopback for all services. Nothing else to install, nothing to configure; not for production.
//!
//! The parts talk to one another exactly as they do in production, over gRPC through the same layers; only the transport is loopback.

mod config;
mod demo;
mod keys;
mod parts;
mod welcome;

use std::sync::Arc;

use anyhow::Context as _;
use shiming_enterprise_binding::EnterpriseBinding;
use shiming_face_auth::FaceAuth;
use shiming_gateway::Gateway;
use shiming_identity::Identity;
use shiming_kernel::{SharedClock, SystemClock};
use shiming_messaging::Messaging;
use shiming_rpc::{Connector, Listeners, PolicyTable, ServerBuilder};
use shiming_runtime::Shutdown;
use shiming_runtime::config::{ListenConfig, PeerConfig};
use shiming_service::{AuditApi, Opened, all_ready};
use tokio::net::TcpListener;

pub use config::{Config, DEFAULT, Listen};
use demo::Demo;
use parts::{Addresses, Parts};

const NAME: &str = "shiming";

/// Starts everything and says where; returns when it is started.
pub async fn run(config: Config, shutdown: Shutdown) -> anyhow::Result<()> {
    let bind = async |at| TcpListener::bind(at).await.with_context(|| format!("listening on {at}"));
    let http = bind(config.listen.http).await?;
    let listeners =
        Listeners { grpc: bind(config.listen.grpc).await?, admin: Some(bind(config.listen.admin).await?) };
    let at = Addresses { http: http.local_addr()?, grpc: listeners.grpc_address()? };

    let keyrings = keys::keyrings(&config.data, parts::KEYED)?;
    let demo = config.demo.then(Demo::load).transpose()?;
    let parts = Parts::new(&config, &keyrings, at, demo.as_ref())?;
    let clock: SharedClock = Arc::new(SystemClock);
    let (identity, face_auth, enterprise_binding, messaging) = tokio::try_join!(
        Opened::<Identity>::open(&parts.identity, clock.clone(), &shutdown),
        Opened::<FaceAuth>::open(&parts.face_auth, clock.clone(), &shutdown),
        Opened::<EnterpriseBinding>::open(&parts.enterprise_binding, clock.clone(), &shutdown),
        Opened::<Messaging>::open(&parts.messaging, clock.clone(), &shutdown),
    )?;
    let gateway = Gateway::build(parts.gateway, clock, &shutdown)?;

    let listen = ListenConfig::loopback(at.grpc, config.listen.admin);
    let policies = PolicyTable::contract()?;
    let server = ServerBuilder::new(NAME, &listen, policies, identity.sessions()?, shutdown.clone());
    let server = messaging.mount(enterprise_binding.mount(face_auth.mount(identity.mount(server))));
    let chains = [identity.chain(), face_auth.chain(), enterprise_binding.chain(), messaging.chain()];
    let ready =
        [identity.readiness(), face_auth.readiness(), enterprise_binding.readiness(), messaging.readiness()];
    AuditApi::of(chains).mount(server).ready_when(all_ready(ready.into())).spawn(listeners);
    identity.start()?;
    face_auth.start()?;
    enterprise_binding.start()?;
    messaging.start()?;

    if let Some(demo) = &demo {
        let registry = Connector::new("ops:demo", &shutdown)?;
        demo.import(registry.connect(&PeerConfig::plaintext(format!("http://{}", at.grpc)))?).await?;
    }
    let sample_person = gateway.has_sample_person();
    shutdown.spawn("gateway.http", gateway.serve(http));
    welcome::print(at, demo.is_some(), sample_person)?;
    Ok(())
}
