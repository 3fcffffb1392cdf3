//! grpcurl in both of its ages finds what is served, and health answers.

use tokio_stream::StreamExt as _;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use crate::rig::{Rig, SERVICE};

/// The two versions have the same messages in different modules.
macro_rules! list {
    ($version:ident, $channel:expr) => {{
        use $version::server_reflection_request::MessageRequest;
        use $version::server_reflection_response::MessageResponse;
        let message_request = Some(MessageRequest::ListServices(String::new()));
        let request = $version::ServerReflectionRequest { host: String::new(), message_request };
        let mut client = $version::server_reflection_client::ServerReflectionClient::new($channel);
        let answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
        match answers.into_inner().next().await.unwrap().unwrap().message_response.unwrap() {
            MessageResponse::ListServicesResponse(list) => {
                list.service.into_iter().map(|service| service.name).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    }};
}

#[tokio::test]
async fn both_versions_list_what_is_served_and_nothing_else() {
    let rig = Rig::start().await;
    for mut listed in [list!(v1, rig.bare().await), list!(v1alpha, rig.bare().await)] {
        listed.sort();
        assert_eq!(listed, ["grpc.health.v1.Health", SERVICE]);
    }
}

#[tokio::test]
async fn error_details_can_be_described() {
    use v1::server_reflection_request::MessageRequest;
    use v1::server_reflection_response::MessageResponse;
    let rig = Rig::start().await;
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(rig.bare().await);
    for symbol in ["google.rpc.ErrorInfo", "google.rpc.LocalizedMessage", SERVICE] {
        let request = v1::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::FileContainingSymbol(symbol.into())),
        };
        let answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
        let answer = answers.into_inner().next().await.unwrap().unwrap().message_response.unwrap();
        assert!(matches!(answer, MessageResponse::FileDescriptorResponse(_)), "{symbol}: {answer:?}");
    }
}

#[tokio::test]
async fn health_answers_for_the_server_and_each_service() {
    let rig = Rig::start().await;
    let mut health = HealthClient::new(rig.bare().await);
    for service in ["", SERVICE] {
        let answer = health.check(HealthCheckRequest { service: service.into() }).await.unwrap();
        assert_eq!(answer.into_inner().status(), ServingStatus::Serving, "{service}");
    }
}
