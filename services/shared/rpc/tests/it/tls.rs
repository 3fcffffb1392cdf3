//! Callers prove themselves by certificate.

use std::path::Path;

use shiming_kernel::{Caller, ErrorKind};
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_rpc::Connector;
use shiming_rpc::status::Problem;
use shiming_runtime::config::{ConnectTls, ListenConfig, PeerConfig, ServeTls};
use shiming_testkit::{LeafFiles, TestCa};
use tonic::transport::{Certificate, Channel, ClientTlsConfig};

use crate::rig::{Client, Rig, log_out, named};

async fn server(ca: &TestCa) -> Rig {
    let leaf = ca.service("identity");
    Rig::start_with(|listen: &mut ListenConfig| {
        listen.plaintext_loopback = false;
        listen.tls = Some(ServeTls { cert: leaf.cert, key: leaf.key, client_ca: leaf.ca });
    })
    .await
}

fn client(rig: &Rig, leaf: &LeafFiles, ca: &Path, server_name: &str) -> Client {
    let connector = Connector::new("gateway", &rig.shutdown).unwrap();
    let peer = PeerConfig {
        tls: Some(ConnectTls {
            cert: leaf.cert.clone(),
            key: leaf.key.clone(),
            ca: ca.to_owned(),
            server_name: Some(server_name.into()),
        }),
        ..PeerConfig::plaintext(format!("https://127.0.0.1:{}", rig.address.port()))
    };
    SessionServiceClient::new(connector.connect(&peer).unwrap())
}

async fn refused(mut client: Client) -> (ErrorKind, String) {
    let problem = Problem::from_status(&client.log_out(log_out("")).await.unwrap_err());
    (problem.kind(), problem.reason.to_string())
}

#[tokio::test]
async fn the_certificate_names_the_caller_whatever_the_header_says() {
    let ca = TestCa::new();
    let rig = server(&ca).await;
    client(&rig, &ca.gateway(), &ca.ca_file(), "identity").log_out(log_out("")).await.unwrap();
    assert_eq!(rig.seen.context().caller, Caller::Gateway);

    // Calls itself the gateway in the header, but is another.
    let mut liar = client(&rig, &ca.service("messaging"), &ca.ca_file(), "identity");
    let status = liar.log_out(named("gateway", log_out(""))).await.unwrap_err();
    assert_eq!(Problem::from_status(&status).reason, "CALLER_NOT_ALLOWED");
}

#[tokio::test]
async fn a_certificate_with_a_strange_name_is_nobody() {
    let ca = TestCa::new();
    let rig = server(&ca).await;
    for uri in ["spiffe://elsewhere/gateway", "spiffe://shiming/root/x", "https://shiming/gateway"] {
        let leaf = ca.leaf(uri, "strange");
        let answer = refused(client(&rig, &leaf, &ca.ca_file(), "identity")).await;
        assert_eq!(answer, (ErrorKind::Unauthenticated, "CALLER_UNKNOWN".into()), "{uri}");
    }
}

#[tokio::test]
async fn without_a_certificate_of_our_authority_there_is_no_connection() {
    let ca = TestCa::new();
    let rig = server(&ca).await;
    let strangers = TestCa::new();
    let answer = refused(client(&rig, &strangers.gateway(), &ca.ca_file(), "identity")).await;
    assert_eq!(answer.0, ErrorKind::Unavailable);

    let tls = ClientTlsConfig::new()
        .domain_name("identity")
        .ca_certificate(Certificate::from_pem(std::fs::read(ca.ca_file()).unwrap()));
    let bare = Channel::from_shared(format!("https://{}", rig.address)).unwrap().tls_config(tls).unwrap();
    let mut bare = SessionServiceClient::new(bare.connect_lazy());
    assert!(bare.log_out(log_out("")).await.is_err());
    assert_eq!(rig.seen.calls(), 0);
}

#[tokio::test]
async fn a_server_with_another_name_is_not_believed() {
    let ca = TestCa::new();
    let rig = server(&ca).await;
    let answer = refused(client(&rig, &ca.gateway(), &ca.ca_file(), "messaging")).await;
    assert_eq!(answer.0, ErrorKind::Unavailable);
    assert_eq!(rig.seen.calls(), 0);
}
