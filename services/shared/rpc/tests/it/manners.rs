//! What clients that aren't ours get to hear: each an answer that its protocol knows.

use std::io::Write;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use shiming_rpc::status::Problem;
use tokio_stream::StreamExt as _;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};
use tower::{Service as _, ServiceExt as _};

use crate::rig::{Rig, SERVICE};

const LOG_OUT: &str = "/shiming.identity.v1.SessionService/LogOut";
const WATCH: &str = "/grpc.health.v1.Health/Watch";

/// A call written by hand.
async fn ask(rig: &Rig, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response<Body> {
    let mut request = Request::post(path).header("x-shiming-caller", "gateway").header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = Body::new(Full::new(bytes::Bytes::copy_from_slice(body)));
    let mut channel = rig.bare().await;
    channel.ready().await.unwrap().call(request.body(body).unwrap()).await.unwrap()
}

/// The status of an answer, wherever it stands.
async fn status(answer: Response<Body>) -> Status {
    if let Some(status) = Status::from_header_map(answer.headers()) {
        return status;
    }
    let trailers = answer.into_body().collect().await.unwrap().trailers().cloned();
    Status::from_header_map(&trailers.unwrap()).unwrap()
}

#[tokio::test]
async fn a_compression_that_is_not_spoken_is_named_with_those_that_are() {
    let rig = Rig::start().await;
    for encoding in ["gzip", "zstd", "nonsense"] {
        let headers = [("content-type", "application/grpc"), ("grpc-encoding", encoding)];
        for path in [LOG_OUT, WATCH] {
            let answer = ask(&rig, path, &headers, &[1, 0, 0, 0, 0]).await;
            assert_eq!(answer.headers()["grpc-accept-encoding"], "identity", "{path}");
            let status = status(answer).await;
            assert_eq!(status.code(), Code::Unimplemented);
            assert_eq!(Problem::from_status(&status).reason, "ENCODING_UNSUPPORTED");
        }
    }
    let headers = [("content-type", "application/grpc"), ("grpc-encoding", "identity")];
    let answer = ask(&rig, LOG_OUT, &headers, &[0, 0, 0, 0, 0]).await;
    assert_eq!(status(answer).await.code(), Code::Ok);
}

#[tokio::test]
async fn what_is_no_grpc_is_415() {
    let rig = Rig::start().await;
    for path in [LOG_OUT, WATCH, "/nonsense"] {
        for headers in
            [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/grpc+json")]]
        {
            let answer = ask(&rig, path, headers, b"hello").await;
            assert_eq!(answer.status(), 415, "{path} {headers:?}");
        }
    }
    assert_eq!(rig.seen.calls(), 0);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn broken_messages_are_their_senders_fault() {
    let log = Log::default();
    let out = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || out.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let rig = Rig::start().await;
    let broken: [(&str, &[u8]); 6] = [
        ("missing", &[]),
        ("a cut head", &[0, 0, 0]),
        ("a cut message", &[0, 0, 0, 0, 100, 1, 2, 3]),
        ("compressed, by nothing", &[1, 0, 0, 0, 1, 0]),
        ("neither compressed nor not", &[7, 0, 0, 0, 1, 0]),
        ("no protobuf", &[0, 0, 0, 0, 3, 0xff, 0xff, 0xff]),
    ];
    for (what, body) in broken {
        let answer = ask(&rig, LOG_OUT, &[("content-type", "application/grpc")], body).await;
        let problem = Problem::from_status(&status(answer).await);
        assert_eq!(problem.reason, "INVALID_FIELD", "{what}");
    }
    assert_eq!(rig.seen.calls(), 0);
    let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(!written.contains("\"ERROR\""), "{written}");
    assert!(written.contains("InvalidArgument"), "{written}");
}

#[tokio::test]
async fn who_watches_an_unknown_service_is_told_so_and_goes_on_watching() {
    let rig = Rig::start().await;
    let mut health = HealthClient::new(rig.bare().await);
    let ask = |service: &str| HealthCheckRequest { service: service.into() };
    let mut watch = health.watch(ask("shiming.nonsense.v1.Nonsense")).await.unwrap().into_inner();
    let told = watch.next().await.unwrap().unwrap();
    assert_eq!(told.status(), ServingStatus::ServiceUnknown);
    let mut known = health.watch(ask(SERVICE)).await.unwrap().into_inner();
    assert_eq!(known.next().await.unwrap().unwrap().status(), ServingStatus::Serving);
    rig.shutdown.begin();
    assert_eq!(known.next().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    assert!(futures::poll!(std::pin::pin!(watch.next())).is_pending(), "it stays");
}

/// The two versions have the same messages in different modules.
macro_rules! unknown_then_known {
    ($version:ident, $channel:expr) => {{
        use $version::server_reflection_request::MessageRequest as Ask;
        use $version::server_reflection_response::MessageResponse as Answer;
        let method = format!("{SERVICE}.LogOut");
        let extension = |extension_number| $version::ExtensionRequest {
            containing_type: "google.protobuf.MethodOptions".into(),
            extension_number,
        };
        let asks = [
            Ask::FileContainingSymbol("shiming.Nonsense".into()),
            Ask::FileByFilename("nonsense.proto".into()),
            Ask::AllExtensionNumbersOfType("shiming.Nonsense".into()),
            Ask::FileContainingExtension(extension(7)),
            Ask::FileContainingSymbol(method),
            Ask::FileByFilename("google/protobuf/timestamp.proto".into()),
            Ask::AllExtensionNumbersOfType("google.protobuf.MethodOptions".into()),
        ];
        let asks = asks
            .map(|ask| $version::ServerReflectionRequest { host: "h".into(), message_request: Some(ask) });
        let mut client = $version::server_reflection_client::ServerReflectionClient::new($channel);
        let answers = client.server_reflection_info(tokio_stream::iter(asks)).await.unwrap().into_inner();
        let answers: Vec<_> = answers.map(|answer| answer.unwrap()).collect().await;
        assert!(answers.iter().all(|answer| answer.valid_host == "h" && answer.original_request.is_some()));
        let told = answers.into_iter().map(|answer| match answer.message_response.unwrap() {
            Answer::ErrorResponse(error) => error.error_code.to_string(),
            Answer::FileDescriptorResponse(_) => "file".to_owned(),
            Answer::AllExtensionNumbersResponse(numbers) => {
                assert!(!numbers.extension_number.is_empty());
                "numbers".to_owned()
            }
            Answer::ListServicesResponse(_) => "services".to_owned(),
        });
        told.collect::<Vec<_>>()
    }};
}

#[tokio::test]
async fn an_unknown_name_ends_no_reflection() {
    let rig = Rig::start().await;
    let expected = ["5", "5", "5", "5", "file", "file", "numbers"];
    assert_eq!(unknown_then_known!(v1, rig.bare().await), expected);
    assert_eq!(unknown_then_known!(v1alpha, rig.bare().await), expected);
}
