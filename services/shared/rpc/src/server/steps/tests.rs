//! The stack around a handler that is only a function, on a clock that stands still.

use std::convert::Infallible;
use std::future::pending;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Service as _, service_fn};

use crate::caller::Partners;
use crate::policy::PolicyTable;
use crate::server::peer::PeerInfo;
use crate::server::stack::{self, Parts};
use crate::session::NoSessions;
use crate::status::Problem;
use crate::step::{HttpRequest, HttpResponse};

const LOG_OUT: &str = "/shiming.identity.v1.SessionService/LogOut";
const SUBMIT: &str = "/shiming.face.v1.AuthorityService/ImportReferences";

fn parts() -> Parts {
    Parts {
        policies: PolicyTable::contract().unwrap(),
        sessions: Arc::new(NoSessions),
        partners: Partners::default(),
        believe_header: true,
        concurrency_limit: 8,
    }
}

fn request(path: &str, caller: &str, peer: [u8; 4]) -> HttpRequest {
    let mut request = HttpRequest::new(Body::empty());
    *request.uri_mut() = path.parse().unwrap();
    request.headers_mut().insert("content-type", "application/grpc".parse().unwrap());
    request.headers_mut().insert("x-shiming-caller", caller.parse().unwrap());
    let address = SocketAddr::from((peer, 1));
    request.extensions_mut().insert(PeerInfo { address, caller: Arc::default() });
    request
}

const HERE: [u8; 4] = [127, 0, 0, 1];

async fn run<F>(request: HttpRequest, handler: fn() -> F) -> HttpResponse
where
    F: Future<Output = HttpResponse> + Send + 'static,
{
    let handler = service_fn(move |_: HttpRequest| async move { Ok::<_, Infallible>(handler().await) });
    match stack::build(parts(), handler).call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn reason(response: &HttpResponse) -> (Code, String) {
    let status = Status::from_header_map(response.headers()).unwrap();
    (status.code(), Problem::from_status(&status).reason.to_string())
}

#[tokio::test(start_paused = true)]
async fn the_methods_own_time_ends_a_call() {
    let start = Instant::now();
    let response = run(request(LOG_OUT, "gateway", HERE), pending).await;
    assert_eq!(reason(&response), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED".into()));
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn the_header_can_only_shorten_it() {
    for (header, end) in [
        ("700m", Duration::from_millis(697)),
        ("700.25m", Duration::from_millis(697)),
        ("1H", Duration::from_secs(5)),
    ] {
        let mut request = request(LOG_OUT, "gateway", HERE);
        request.headers_mut().insert("grpc-timeout", header.parse().unwrap());
        let start = Instant::now();
        let response = run(request, pending).await;
        assert_eq!(reason(&response).0, Code::DeadlineExceeded);
        assert_eq!(start.elapsed(), end);
    }
}

#[tokio::test]
async fn a_deadline_that_can_not_be_read_is_refused() {
    for header in ["soon", "-5m", "5", "123456789m", "1e3m"] {
        let mut request = request(LOG_OUT, "gateway", HERE);
        request.headers_mut().insert("grpc-timeout", header.parse().unwrap());
        let response = run(request, pending).await;
        assert_eq!(reason(&response), (Code::InvalidArgument, "INVALID_FIELD".into()), "{header}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_stream_that_does_not_go_on_is_cut_off() {
    let drip = futures::stream::unfold(0, |count| async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Some((Ok::<_, Status>(Frame::data(Bytes::from_static(b"x"))), count + 1))
    });
    let request = request(SUBMIT, "ops:li", HERE).map(|_| Body::new(StreamBody::new(drip)));
    let reads = service_fn(|request: HttpRequest| async move {
        let Err(cut) = request.into_body().collect().await else { return Ok(Status::ok("").into_http()) };
        Ok::<_, Infallible>(cut.into_http())
    });
    let start = Instant::now();
    let response = match stack::build(parts(), reads).call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    assert_eq!(reason(&response).1, "DEADLINE_EXCEEDED");
    assert_eq!(start.elapsed(), Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn request_streams_hold_no_places_of_other_calls() {
    let handler = service_fn(|request: HttpRequest| async move {
        if request.uri().path() == SUBMIT {
            pending::<()>().await;
        }
        Ok::<_, Infallible>(Status::ok("").into_http())
    });
    let stack = stack::build(parts(), handler);
    let call = |request| stack.clone().call(request);
    let mut held: Vec<_> = (0..2).map(|_| Box::pin(call(request(SUBMIT, "ops:li", HERE)))).collect();
    for stream in &mut held {
        assert!(futures::poll!(stream.as_mut()).is_pending());
    }
    let Ok(third) = call(request(SUBMIT, "ops:li", HERE)).await;
    assert_eq!(reason(&third).1, "OVERLOADED");
    let Ok(other) = call(request(LOG_OUT, "gateway", HERE)).await;
    assert_eq!(Status::from_header_map(other.headers()).unwrap().code(), Code::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_response_stream_ends_with_its_method() {
    async fn endless() -> HttpResponse {
        let first = futures::stream::iter([Ok::<_, Status>(Frame::data(Bytes::from_static(b"news")))]);
        let forever = futures::StreamExt::chain(first, futures::stream::pending());
        HttpResponse::new(Body::new(StreamBody::new(forever)))
    }
    let limit = parts().policies.find(SUBMIT).unwrap().timeout;
    let start = Instant::now();
    let mut body = run(request(SUBMIT, "ops:li", HERE), endless).await.into_body();
    assert!(body.frame().await.unwrap().unwrap().is_data());
    let last = body.frame().await.unwrap().unwrap();
    let trailers: &HeaderMap = last.trailers_ref().unwrap();
    let status = Status::from_header_map(trailers).unwrap();
    assert_eq!(Problem::from_status(&status).reason, "DEADLINE_EXCEEDED");
    assert_eq!(start.elapsed(), limit);
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn a_status_in_a_streams_trailers_gets_a_reason_too() {
    async fn broken() -> HttpResponse {
        let mut trailers = HeaderMap::new();
        Status::unknown("select * from persons").add_header(&mut trailers).unwrap();
        let frames = futures::stream::iter([Ok::<_, Status>(Frame::trailers(trailers))]);
        HttpResponse::new(Body::new(StreamBody::new(frames)))
    }
    let mut body = run(request(SUBMIT, "ops:li", HERE), broken).await.into_body();
    let last = body.frame().await.unwrap().unwrap();
    let status = Status::from_header_map(last.trailers_ref().unwrap()).unwrap();
    assert_eq!((status.code(), status.message()), (Code::Internal, "internal error"));
}

#[tokio::test]
async fn the_header_of_another_machine_is_not_believed() {
    async fn fine() -> HttpResponse {
        Status::ok("").into_http()
    }
    let response = run(request(LOG_OUT, "gateway", HERE), fine).await;
    assert_eq!(Status::from_header_map(response.headers()).unwrap().code(), Code::Ok);
    let response = run(request(LOG_OUT, "gateway", [10, 0, 0, 7]), fine).await;
    assert_eq!(reason(&response), (Code::Unauthenticated, "CALLER_UNKNOWN".into()));
    let response = run(request("/grpc.health.v1.Health/Check", "gateway", [10, 0, 0, 7]), fine).await;
    assert_eq!(reason(&response).0, Code::Unauthenticated, "not even health");
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_call_leaves_one_line_also_when_it_is_dropped() {
    let buffer = Buffer::default();
    let out = buffer.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || out.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    run(request(SUBMIT, "gateway", HERE), pending).await;
    let dropped = run(request(LOG_OUT, "gateway", HERE), pending);
    assert!(tokio::time::timeout(Duration::from_millis(1), dropped).await.is_err());
    run(request("/secret-path-4401", "gateway", HERE), pending).await;
    run(request("/grpc.health.v1.Health/Check", "gateway", HERE), || async { Status::ok("").into_http() })
        .await;

    let written = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<serde_json::Value> =
        written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |line: &serde_json::Value, name: &str| {
        line["fields"][name].as_str().map(str::to_owned).unwrap_or_default()
    };
    let told: Vec<_> = lines
        .iter()
        .map(|line| ["method", "caller", "code", "reason"].map(|name| told(line, name)).join(" "))
        .collect();
    assert_eq!(
        told,
        [
            "shiming.face.v1.AuthorityService/ImportReferences gateway PermissionDenied CALLER_NOT_ALLOWED",
            "shiming.identity.v1.SessionService/LogOut gateway Cancelled ",
            "unknown gateway Unimplemented METHOD_UNKNOWN",
        ]
    );
    assert!(!written.contains("4401"), "a stranger's path is not repeated");
    assert!(lines.iter().all(|line| line["fields"]["request_id"].as_str().is_some_and(|id| id.len() == 32)));
}
