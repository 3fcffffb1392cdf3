//! The least that a way through an edge can cost: axum before tonic with nothing around them, answering the same message.

use std::net::SocketAddr;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use prost_types::Timestamp;
use serde::Serialize;
use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_proto::identity::v1::session_service_server::{SessionService, SessionServiceServer};
use shiming_proto::types::v1::EvidenceLevel;
use tokio::net::TcpListener;
use tonic::transport::{Channel, Server};
use tonic::{Request, Response, Status};

/// Serves a session that is always the same.
pub(crate) async fn serve(listen: SocketAddr) {
    Server::builder()
        .tcp_nodelay(true)
        .add_service(SessionServiceServer::new(Same))
        .serve(listen)
        .await
        .unwrap();
}

/// A channel as tonic's examples have it.
pub(crate) async fn client(service: String) -> SessionServiceClient<Channel> {
    let endpoint = Channel::from_shared(service).unwrap().tcp_nodelay(true);
    SessionServiceClient::new(endpoint.connect().await.unwrap())
}

/// Serves `GET /api/session` from it.
pub(crate) async fn edge(listen: SocketAddr, service: String) {
    let router = Router::new().route("/api/session", get(session)).with_state(client(service).await);
    let listener = TcpListener::bind(listen).await.unwrap();
    axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))), router)
        .await
        .unwrap();
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    session_id: String,
    person_id: String,
    evidence: &'static str,
    enterprise_id: String,
    binding_id: String,
    create_time: String,
    idle_expire_time: String,
    absolute_expire_time: String,
    name_masked: String,
}

#[derive(Serialize)]
struct Answer {
    session: Session,
}

async fn session(State(mut client): State<SessionServiceClient<Channel>>) -> Json<Answer> {
    let answer = client.get_session(wire::GetSessionRequest {}).await.unwrap().into_inner();
    let session = answer.session.unwrap();
    let time = |time: Option<Timestamp>| time.unwrap().to_string();
    Json(Answer {
        session: Session {
            evidence: session.evidence().as_str_name(),
            create_time: time(session.create_time),
            idle_expire_time: time(session.idle_expire_time),
            absolute_expire_time: time(session.absolute_expire_time),
            session_id: session.session_id,
            person_id: session.person_id,
            enterprise_id: session.enterprise_id,
            binding_id: session.binding_id,
            name_masked: session.name_masked,
        },
    })
}

struct Same;

#[tonic::async_trait]
impl SessionService for Same {
    async fn get_session(
        &self,
        _: Request<wire::GetSessionRequest>,
    ) -> Result<Response<wire::GetSessionResponse>, Status> {
        let time = |seconds| Some(Timestamp { seconds, nanos: 123_456_000 });
        let session = wire::Session {
            session_id: "019a1f3e-7c55-7d21-9a6e-0d3b5f6a1c2e".to_owned(),
            person_id: "019a1f3e-7c55-7d21-9a6e-0d3b5f6a1c2f".to_owned(),
            evidence: EvidenceLevel::Face.into(),
            step_up_time: None,
            enterprise_id: String::new(),
            binding_id: String::new(),
            create_time: time(1_764_300_000),
            idle_expire_time: time(1_764_301_800),
            absolute_expire_time: time(1_764_328_800),
            name_masked: "王*国".to_owned(),
        };
        Ok(Response::new(wire::GetSessionResponse { session: Some(session) }))
    }

    async fn log_out(
        &self,
        _: Request<wire::LogOutRequest>,
    ) -> Result<Response<wire::LogOutResponse>, Status> {
        Err(Status::unimplemented("log_out"))
    }

    async fn introspect_session(
        &self,
        _: Request<wire::IntrospectSessionRequest>,
    ) -> Result<Response<wire::IntrospectSessionResponse>, Status> {
        Err(Status::unimplemented("introspect_session"))
    }

    async fn end_enterprise_context(
        &self,
        _: Request<wire::EndEnterpriseContextRequest>,
    ) -> Result<Response<wire::EndEnterpriseContextResponse>, Status> {
        Err(Status::unimplemented("end_enterprise_context"))
    }

    async fn set_session_enterprise(
        &self,
        _: Request<wire::SetSessionEnterpriseRequest>,
    ) -> Result<Response<wire::SetSessionEnterpriseResponse>, Status> {
        Err(Status::unimplemented("set_session_enterprise"))
    }
}
