//! A stand-in of every service on one loopback socket, made of the descriptors: a new method needs no line here.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use bytes::{Buf as _, BufMut as _, Bytes};
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use prost::Message as _;
use shiming_proto::face::v1::SubmitCaptureRequest;
use shiming_proto::face::v1::submit_capture_request::Part;
use shiming_rpc::policy;
use shiming_runtime::Shutdown;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::{Response, Status, Streaming};

use super::Script;
use super::script::Told;

/// Larger than any capture of a test.
const MOST: usize = 64 * 1024 * 1024;

/// Serves all methods of the contract until hard.
pub(super) async fn serve(script: Arc<Script>, shutdown: &Shutdown) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Routes::from(Router::new().fallback(answer).with_state(script));
    let hard = shutdown.hard();
    shutdown.spawn("stand-ins", async move {
        let incoming = TcpListenerStream::new(listener);
        let server = Server::builder().add_routes(routes);
        drop(server.serve_with_incoming_shutdown(incoming, hard.cancelled_owned()).await);
    });
    address
}

/// The name of the message that the method at `path` takes.
fn input(path: &str) -> Option<String> {
    let (service, method) = path.trim_start_matches('/').split_once('/')?;
    let service = policy::pool().ok()?.get_service_by_name(service)?;
    let method = service.methods().find(|one| one.name() == method)?;
    Some(method.input().full_name().to_owned())
}

/// On the wire every method is a stream of messages for a stream of messages.
async fn answer(State(script): State<Arc<Script>>, request: Request) -> http::Response<tonic::body::Body> {
    let name = input(request.uri().path()).unwrap_or_default();
    let play = tower::service_fn(move |request: tonic::Request<Streaming<Bytes>>| {
        let (script, name) = (Arc::clone(&script), name.clone());
        async move {
            let (metadata, _, mut asked) = request.into_parts();
            let mut messages = Vec::new();
            while let Some(message) = asked.message().await? {
                if name == "shiming.face.v1.SubmitCaptureRequest" {
                    look_at(&script, &message)?;
                }
                messages.push(message);
            }
            let answers: BoxStream<'static, Result<Bytes, Status>> =
                match script.play(&name, metadata, messages)? {
                    Told::Message(answer) => stream::once(async { Ok(answer) }).boxed(),
                    Told::Watched(taker) => {
                        let (sender, counts) = mpsc::channel(8);
                        taker.send(sender).await.map_err(|_| Status::unavailable("the test is over"))?;
                        let encode = |count: Result<_, Status>| {
                            let count: shiming_proto::messaging::v1::WatchCountsResponse = count?;
                            Ok(Bytes::from(count.encode_to_vec()))
                        };
                        ReceiverStream::new(counts).map(encode).boxed()
                    }
                };
            Ok::<_, Status>(Response::new(answers))
        }
    });
    let mut server = tonic::server::Grpc::new(Raw).apply_max_message_size_config(Some(MOST), None);
    server.streaming(play, request).await
}

/// A capture's header alone may be refused; a part without anything calls it off.
fn look_at(script: &Script, message: &Bytes) -> Result<(), Status> {
    let message = SubmitCaptureRequest::decode(message.clone());
    match message.map_err(|_| Status::invalid_argument("no part"))?.part {
        Some(Part::Header(header)) => {
            let header = Bytes::from(header.encode_to_vec());
            script.play(
                "shiming.face.v1.CaptureHeader",
                tonic::metadata::MetadataMap::new(),
                vec![header],
            )?;
            Ok(())
        }
        Some(Part::Frame(_)) => Ok(()),
        None => Err(Status::invalid_argument("called off")),
    }
}

/// Messages as they are.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, wire: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(wire.copy_to_bytes(wire.remaining())))
    }
}
