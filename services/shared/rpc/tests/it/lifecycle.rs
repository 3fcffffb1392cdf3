//! Not ready, drained, gone: whatever the peers do.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::rig::{Rig, log_out};

const PATIENCE: Duration = Duration::from_mins(1);

async fn probe(rig: &Rig, path: &str) -> String {
    let mut stream = TcpStream::connect(rig.admin).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn probes_tell_alive_from_ready() {
    let rig = Rig::start().await;
    rig.client("gateway").log_out(log_out("")).await.unwrap();
    assert_eq!(probe(&rig, "/livez").await, "200");
    assert_eq!(probe(&rig, "/readyz").await, "200");
    assert_eq!(probe(&rig, "/metrics").await, "404");

    let admin = Channel::from_shared(format!("http://{}", rig.admin)).unwrap().connect().await.unwrap();
    let mut health = HealthClient::new(admin);
    let mut watched = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    rig.shutdown.begin();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert_eq!(probe(&rig, "/readyz").await, "503");
    assert_eq!(probe(&rig, "/livez").await, "200");
    rig.client("gateway").log_out(log_out("")).await.unwrap();
}

#[tokio::test]
async fn what_a_replica_needs_decides_whether_it_is_ready() {
    let rig = Rig::start().await;
    let admin = Channel::from_shared(format!("http://{}", rig.admin)).unwrap().connect().await.unwrap();
    let mut health = HealthClient::new(admin);
    rig.seen.ready.store(false, Ordering::SeqCst);
    assert_eq!(probe(&rig, "/readyz").await, "503");
    assert_eq!(probe(&rig, "/livez").await, "200");
    let answer = health.check(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(answer.status(), ServingStatus::NotServing);
    rig.seen.ready.store(true, Ordering::SeqCst);
    assert_eq!(probe(&rig, "/readyz").await, "200");
    let answer = health.check(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(answer.status(), ServingStatus::Serving);
}

#[tokio::test]
async fn a_silent_peer_does_not_hold_up_the_end() {
    let rig = Rig::start().await;
    let mut silent = TcpStream::connect(rig.address).await.unwrap();
    rig.client("gateway").log_out(log_out("")).await.unwrap();
    rig.shutdown.begin();
    let end = rig.shutdown.finish(Duration::ZERO, PATIENCE);
    let finished = tokio::time::timeout(Duration::from_secs(10), end).await.unwrap();
    assert_eq!((finished.cut, finished.failure), (vec![], None));
    // Ends only because the connection is closed; what came before is the server's greeting.
    drop(silent.read_to_end(&mut Vec::new()).await);
}

#[tokio::test]
async fn a_running_call_gets_its_grace_and_is_then_cut() {
    let rig = Rig::start().await;
    let mut client = rig.client("gateway");
    let call = tokio::task::spawn(async move { client.log_out(log_out("wait")).await });
    rig.seen.until_waiting(1).await;
    rig.shutdown.begin();
    let finished = rig.shutdown.finish(Duration::ZERO, Duration::from_millis(200)).await;
    assert_eq!(finished.cut, ["identity"]);
    drop(call);
}
