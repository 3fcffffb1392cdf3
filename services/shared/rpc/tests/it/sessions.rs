//! On whose behalf: checked for every call, never open.

use shiming_kernel::{ErrorKind, EvidenceLevel, Redacted};
use shiming_proto::identity::v1::GetSessionRequest;
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_rpc::status::Problem;
use shiming_rpc::{Connector, RemoteSessions, SessionError, SessionResolver as _, SessionUse, with_session};
use shiming_runtime::config::PeerConfig;
use tonic::Request;

use crate::rig::{Rig, named};

async fn refused(rig: &Rig, token: Option<&str>) -> (ErrorKind, String) {
    let mut request = Request::new(GetSessionRequest {});
    if let Some(token) = token {
        request = with_session(request, &Redacted::from(token));
    }
    let status = rig.client("gateway").get_session(request).await.unwrap_err();
    let problem = Problem::from_status(&status);
    (problem.kind(), problem.reason.to_string())
}

#[tokio::test]
async fn a_required_session_must_be_valid_now() {
    let rig = Rig::start().await;
    assert_eq!(refused(&rig, None).await, (ErrorKind::Unauthenticated, "SESSION_REQUIRED".into()));
    assert_eq!(refused(&rig, Some("bad")).await, (ErrorKind::Unauthenticated, "SESSION_INVALID".into()));
    assert_eq!(refused(&rig, Some("down")).await, (ErrorKind::Unavailable, "UNAVAILABLE".into()));

    let request = with_session(Request::new(GetSessionRequest {}), &Redacted::from("good"));
    rig.client("gateway").get_session(request).await.unwrap();
    assert_eq!(rig.seen.context().session.unwrap().evidence, EvidenceLevel::Face);
}

#[tokio::test]
async fn the_device_is_believed_from_the_gateway_only() {
    let rig = Rig::start().await;
    let mut bare = SessionServiceClient::new(rig.bare().await);
    let mut request = named("gateway", GetSessionRequest {});
    request.metadata_mut().insert("x-shiming-session", "good".parse().unwrap());
    request.metadata_mut().insert("x-shiming-client-ip-hash", "abc".parse().unwrap());
    bare.get_session(request).await.unwrap();
    assert_eq!(rig.seen.context().client.ip_hash.as_deref(), Some("abc"));
}

#[tokio::test]
async fn other_services_ask_identity() {
    let rig = Rig::start().await;
    let connector = Connector::new("messaging", &rig.shutdown).unwrap();
    let peer = PeerConfig::plaintext(format!("http://{}", rig.address));
    let sessions = RemoteSessions::new(connector.connect(&peer).unwrap());
    assert_eq!(sessions.resolve("good", SessionUse::Active).await.unwrap().evidence, EvidenceLevel::Face);
    assert_eq!(sessions.resolve("bad", SessionUse::Active).await, Err(SessionError::Invalid));

    let nobody = PeerConfig::plaintext("http://127.0.0.1:1");
    let sessions = RemoteSessions::new(connector.connect(&nobody).unwrap());
    assert_eq!(sessions.resolve("good", SessionUse::Active).await, Err(SessionError::Unavailable));
}
