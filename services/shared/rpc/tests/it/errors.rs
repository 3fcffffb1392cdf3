//! No status leaves without a reason, and none with a secret.

use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_proto::identity::v1::{LogOutResponse, SetSessionEnterpriseRequest};
use shiming_rpc::status::Problem;
use tonic::Code;

use crate::rig::{Rig, log_out, named};

#[tokio::test]
async fn a_panic_and_a_bare_status_become_internal_errors_with_an_id() {
    let rig = Rig::start().await;
    for token in ["panic", "bare"] {
        let status = rig.client("gateway").log_out(log_out(token)).await.unwrap_err();
        assert_eq!((status.code(), status.message()), (Code::Internal, "internal error"), "{token}");
        let problem = Problem::from_status(&status);
        assert_eq!(problem.reason, "INTERNAL");
        assert_eq!(problem.facts.metadata.get("request_id").map(String::len), Some(32));
        assert!(!format!("{status:?}").contains("persons"));
    }
    rig.client("gateway").log_out(log_out("")).await.unwrap();
}

#[tokio::test]
async fn bytes_that_are_no_message_are_the_requests_fault() {
    let rig = Rig::start().await;
    let mut bare = tonic::client::Grpc::new(rig.bare().await);
    bare.ready().await.unwrap();
    // Field 3 is a flag in the request and text in what is sent.
    let codec = tonic_prost::ProstCodec::<SetSessionEnterpriseRequest, LogOutResponse>::default();
    let wrong = SetSessionEnterpriseRequest { request_id: "text".into(), ..Default::default() };
    let path = "/shiming.identity.v1.SessionService/LogOut".parse().unwrap();
    let status = bare.unary(named("gateway", wrong), path, codec).await.unwrap_err();
    let problem = Problem::from_status(&status);
    assert_eq!((problem.kind(), problem.reason.as_str()), (ErrorKind::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(rig.seen.calls(), 0);
}

#[tokio::test]
async fn a_message_too_large_is_refused_as_such() {
    let rig = Rig::start().await;
    let mut bare = SessionServiceClient::new(rig.bare().await);
    let huge = "x".repeat(5 * 1024 * 1024);
    let status = bare.log_out(named("gateway", log_out(&huge))).await.unwrap_err();
    assert_eq!(Problem::from_status(&status).reason, "REQUEST_TOO_LARGE", "{status:?}");
}
