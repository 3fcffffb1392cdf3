//! Who may call what: deny by default.

use shiming_kernel::{Caller, ErrorKind};
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_proto::identity::v1::{IntrospectSessionRequest, LogOutRequest, LogOutResponse};
use shiming_rpc::server::ServeError;
use shiming_rpc::status::Problem;
use shiming_rpc::{Listeners, NoSessions, PolicyTable, ServerBuilder};
use shiming_runtime::Shutdown;
use shiming_runtime::config::ListenConfig;
use tonic::{Code, Request};

use crate::rig::{Rig, log_out, named};

#[tokio::test]
async fn the_policy_decides_by_the_kind_and_the_name_of_the_caller() {
    let rig = Rig::start().await;
    rig.client("gateway").log_out(log_out("")).await.unwrap();
    assert_eq!(rig.seen.context().caller, Caller::Gateway);

    for stranger in ["messaging", "ops:li", "partner:etax"] {
        let status = rig.client(stranger).log_out(log_out("")).await.unwrap_err();
        let problem = Problem::from_status(&status);
        assert_eq!(
            (problem.kind(), problem.reason.as_str()),
            (ErrorKind::PermissionDenied, "CALLER_NOT_ALLOWED")
        );
    }

    let introspect =
        || IntrospectSessionRequest { session_token: "good".into(), passive: false, renewal: None };
    rig.client("messaging").introspect_session(introspect()).await.unwrap();
    let status = rig.client("identity").introspect_session(introspect()).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied, "a service the policy doesn't name");
    assert_eq!(rig.seen.calls(), 1);
}

#[tokio::test]
async fn without_a_name_there_is_no_caller() {
    let rig = Rig::start().await;
    let mut bare = SessionServiceClient::new(rig.bare().await);
    for request in [Request::new(log_out("")), named("Gateway!", log_out(""))] {
        let problem = Problem::from_status(&bare.log_out(request).await.unwrap_err());
        assert_eq!((problem.kind(), problem.reason.as_str()), (ErrorKind::Unauthenticated, "CALLER_UNKNOWN"));
    }
    assert_eq!(rig.seen.calls(), 0);
}

#[tokio::test]
async fn a_method_that_is_not_in_the_contract_is_unknown() {
    let rig = Rig::start().await;
    for path in ["/shiming.identity.v1.SessionService/Nonsense", "/nonsense", "/grpc.health.v1.Healthy/Check"]
    {
        let mut bare = tonic::client::Grpc::new(rig.bare().await);
        bare.ready().await.unwrap();
        let codec = tonic_prost::ProstCodec::<LogOutRequest, LogOutResponse>::default();
        let answer = bare.unary(named("gateway", log_out("")), path.parse().unwrap(), codec).await;
        let status = answer.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}");
        assert_eq!(Problem::from_status(&status).reason, "METHOD_UNKNOWN");
    }
}

#[tokio::test]
async fn a_service_without_policies_is_not_served() {
    let any = ([127, 0, 0, 1], 0).into();
    let server = ServerBuilder::new(
        "identity",
        &ListenConfig::loopback(any, any),
        PolicyTable::of(&["shiming.identity.v1.PersonService"]).unwrap(),
        std::sync::Arc::new(NoSessions),
        Shutdown::new(),
    )
    .add(tonic_health::server::health_reporter().1);
    let error = server.serve(Listeners::loopback().await.unwrap()).await.unwrap_err();
    assert!(matches!(error, ServeError::NoPolicies("grpc.health.v1.Health")), "{error}");
}
