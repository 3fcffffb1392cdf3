//! Repeats, and peers that are not there.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_rpc::Connector;
use shiming_rpc::status::Problem;
use shiming_runtime::config::PeerConfig;

use crate::rig::{Rig, log_out};

#[tokio::test]
async fn a_repeatable_call_survives_two_failures() {
    let rig = Rig::start().await;
    rig.seen.failures.store(2, Ordering::SeqCst);
    rig.client("gateway").log_out(log_out("")).await.unwrap();
    assert_eq!(rig.seen.calls(), 3);
}

#[tokio::test]
async fn a_peer_that_stays_down_is_not_hammered() {
    let rig = Rig::start().await;
    rig.seen.failures.store(usize::MAX, Ordering::SeqCst);
    let mut client = rig.client("gateway");
    for _ in 0..20 {
        let problem = Problem::from_status(&client.log_out(log_out("")).await.unwrap_err());
        assert_eq!(problem.reason, "UNAVAILABLE");
        assert!(!problem.words.contains("10.0.0.7"));
    }
    assert_eq!(rig.seen.calls(), 24, "four repeats, then the budget is below half");
}

#[tokio::test]
async fn a_peer_that_is_not_there_is_unavailable_soon() {
    let rig = Rig::start().await;
    let connector = Connector::new("gateway", &rig.shutdown).unwrap();
    for uri in ["http://127.0.0.1:1", "http://name-that-does-not-resolve.invalid:9090"] {
        let mut peer = PeerConfig::plaintext(uri);
        peer.connect_timeout = Duration::from_millis(300).into();
        let mut client = SessionServiceClient::new(connector.connect(&peer).unwrap());
        let start = Instant::now();
        let problem = Problem::from_status(&client.log_out(log_out("")).await.unwrap_err());
        assert_eq!(problem.kind(), ErrorKind::Unavailable, "{uri}");
        assert!(start.elapsed() < Duration::from_secs(20), "{uri}: {:?}", start.elapsed());
    }
}

#[tokio::test]
async fn large_requests_pass_though_they_are_not_kept() {
    let rig = Rig::start().await;
    let large = "x".repeat(300 * 1024);
    rig.client("gateway").log_out(log_out(&large)).await.unwrap();
    rig.seen.failures.store(1, Ordering::SeqCst);
    assert!(rig.client("gateway").log_out(log_out(&large)).await.is_err());
    assert_eq!(rig.seen.calls(), 2);
}

#[tokio::test]
async fn a_server_that_comes_back_is_found_again() {
    let rig = Rig::start().await;
    let mut client = rig.client("gateway");
    client.log_out(log_out("")).await.unwrap();
    let address = rig.address;
    rig.shutdown.begin();
    rig.shutdown.finish(Duration::ZERO, Duration::from_secs(5)).await;
    assert!(client.log_out(log_out("")).await.is_err());
    let again = Rig::start_with(|listen| listen.grpc = address).await;
    client.log_out(log_out("")).await.unwrap();
    assert_eq!(again.seen.calls(), 1);
}
