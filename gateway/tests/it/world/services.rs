//! Stand-ins of all services on one loopback socket.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use futures::{Stream, StreamExt as _};
use shiming_proto::enterprise::v1 as enterprise;
use shiming_proto::face::v1 as face;
use shiming_proto::identity::v1 as identity;
use shiming_proto::messaging::v1 as messaging;
use shiming_runtime::Shutdown;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::service::RoutesBuilder;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

use super::Script;

/// Plays every service.
#[derive(Clone)]
struct StandIn(Arc<Script>);

/// Everything that one capture sent. A cut-off one is never seen.
#[derive(Clone, Debug)]
pub(crate) struct Capture(pub(crate) Vec<face::SubmitCaptureRequest>);

/// The sending end of a stream of counts, to be taken by the test.
pub(crate) type Watch = mpsc::Sender<Result<messaging::WatchCountsResponse, Status>>;

macro_rules! unary {
    ($area:ident :: $server:ident :: $service:ident { $($method:ident($request:ident) -> $answer:ident;)+ }) => {
        #[tonic::async_trait]
        impl $area::$server::$service for StandIn {
            $(async fn $method(
                &self,
                request: Request<$area::$request>,
            ) -> Result<Response<$area::$answer>, Status> {
                self.0.play(request)
            })+
        }
    };
}

unary!(identity::collection_service_server::CollectionService {
    start_collection(StartCollectionRequest) -> StartCollectionResponse;
    get_collection(GetCollectionRequest) -> GetCollectionResponse;
    begin_collection_face(BeginCollectionFaceRequest) -> BeginCollectionFaceResponse;
    complete_collection_face(CompleteCollectionFaceRequest) -> CompleteCollectionFaceResponse;
    send_collection_code(SendCollectionCodeRequest) -> SendCollectionCodeResponse;
    finish_collection(FinishCollectionRequest) -> FinishCollectionResponse;
});
unary!(identity::consent_service_server::ConsentService {
    get_consent_text(GetConsentTextRequest) -> GetConsentTextResponse;
    list_consents(ListConsentsRequest) -> ListConsentsResponse;
    withdraw_consent(WithdrawConsentRequest) -> WithdrawConsentResponse;
    get_erasure_proof(GetErasureProofRequest) -> GetErasureProofResponse;
    list_face_processing(ListFaceProcessingRequest) -> ListFaceProcessingResponse;
});
unary!(identity::login_service_server::LoginService {
    send_login_code(SendLoginCodeRequest) -> SendLoginCodeResponse;
    log_in(LogInRequest) -> LogInResponse;
});
unary!(identity::person_service_server::PersonService {
    get_profile(GetProfileRequest) -> GetProfileResponse;
    get_evidence(GetEvidenceRequest) -> GetEvidenceResponse;
    resolve_person(ResolvePersonRequest) -> ResolvePersonResponse;
});
unary!(identity::session_service_server::SessionService {
    get_session(GetSessionRequest) -> GetSessionResponse;
    log_out(LogOutRequest) -> LogOutResponse;
    introspect_session(IntrospectSessionRequest) -> IntrospectSessionResponse;
    set_session_enterprise(SetSessionEnterpriseRequest) -> SetSessionEnterpriseResponse;
});
unary!(identity::step_up_service_server::StepUpService {
    begin_step_up(BeginStepUpRequest) -> BeginStepUpResponse;
    complete_step_up(CompleteStepUpRequest) -> CompleteStepUpResponse;
});
unary!(face::demo_authority_service_server::DemoAuthorityService {
    set_demo_reference(SetDemoReferenceRequest) -> SetDemoReferenceResponse;
});
unary!(enterprise::application_service_server::ApplicationService {
    submit_application(SubmitApplicationRequest) -> SubmitApplicationResponse;
    list_applications(ListApplicationsRequest) -> ListApplicationsResponse;
    decide_application(DecideApplicationRequest) -> DecideApplicationResponse;
});
unary!(enterprise::binding_service_server::BindingService {
    list_bindings(ListBindingsRequest) -> ListBindingsResponse;
    refresh_bindings(RefreshBindingsRequest) -> RefreshBindingsResponse;
    switch_enterprise(SwitchEnterpriseRequest) -> SwitchEnterpriseResponse;
});
unary!(messaging::demo_sms_service_server::DemoSmsService {
    list_demo_sms(ListDemoSmsRequest) -> ListDemoSmsResponse;
});

#[tonic::async_trait]
impl enterprise::registry_service_server::RegistryService for StandIn {
    async fn import_enterprises(
        &self,
        _: Request<Streaming<enterprise::ImportEnterprisesRequest>>,
    ) -> Result<Response<enterprise::ImportEnterprisesResponse>, Status> {
        Err(Status::unimplemented("not the gateway's"))
    }

    async fn look_up_enterprise(
        &self,
        request: Request<enterprise::LookUpEnterpriseRequest>,
    ) -> Result<Response<enterprise::LookUpEnterpriseResponse>, Status> {
        self.0.play(request)
    }
}

#[tonic::async_trait]
impl face::face_session_service_server::FaceSessionService for StandIn {
    async fn create_face_session(
        &self,
        request: Request<face::CreateFaceSessionRequest>,
    ) -> Result<Response<face::CreateFaceSessionResponse>, Status> {
        self.0.play(request)
    }

    async fn issue_challenge(
        &self,
        request: Request<face::IssueChallengeRequest>,
    ) -> Result<Response<face::IssueChallengeResponse>, Status> {
        self.0.play(request)
    }

    async fn check_hosted_face(
        &self,
        request: Request<face::CheckHostedFaceRequest>,
    ) -> Result<Response<face::CheckHostedFaceResponse>, Status> {
        self.0.play(request)
    }

    async fn list_result_keys(
        &self,
        request: Request<face::ListResultKeysRequest>,
    ) -> Result<Response<face::ListResultKeysResponse>, Status> {
        self.0.play(request)
    }

    /// The header alone may be refused (`CaptureHeader`); else the whole capture is judged (`Capture`).
    async fn submit_capture(
        &self,
        request: Request<Streaming<face::SubmitCaptureRequest>>,
    ) -> Result<Response<face::SubmitCaptureResponse>, Status> {
        let (metadata, extensions, mut messages) = request.into_parts();
        let mut capture = Vec::new();
        while let Some(message) = messages.message().await? {
            if let Some(face::submit_capture_request::Part::Header(header)) = &message.part {
                self.0.play::<_, ()>(Request::new(header.clone()))?;
            }
            if message.part.is_none() {
                return Err(Status::invalid_argument("called off"));
            }
            capture.push(message);
        }
        self.0.play(Request::from_parts(metadata, extensions, Capture(capture)))
    }

    async fn redeem_face_result(
        &self,
        request: Request<face::RedeemFaceResultRequest>,
    ) -> Result<Response<face::RedeemFaceResultResponse>, Status> {
        self.0.play(request)
    }
}

#[tonic::async_trait]
impl messaging::inbox_service_server::InboxService for StandIn {
    async fn list_messages(
        &self,
        request: Request<messaging::ListMessagesRequest>,
    ) -> Result<Response<messaging::ListMessagesResponse>, Status> {
        self.0.play(request)
    }

    async fn read_message(
        &self,
        request: Request<messaging::ReadMessageRequest>,
    ) -> Result<Response<messaging::ReadMessageResponse>, Status> {
        self.0.play(request)
    }

    async fn list_todos(
        &self,
        request: Request<messaging::ListTodosRequest>,
    ) -> Result<Response<messaging::ListTodosResponse>, Status> {
        self.0.play(request)
    }

    async fn get_counts(
        &self,
        request: Request<messaging::GetCountsRequest>,
    ) -> Result<Response<messaging::GetCountsResponse>, Status> {
        self.0.play(request)
    }

    type WatchCountsStream =
        Pin<Box<dyn Stream<Item = Result<messaging::WatchCountsResponse, Status>> + Send>>;

    /// The script answers with the channel to send counts through.
    async fn watch_counts(
        &self,
        request: Request<messaging::WatchCountsRequest>,
    ) -> Result<Response<Self::WatchCountsStream>, Status> {
        let taker: mpsc::Sender<Watch> = self.0.play(request)?.into_inner();
        let (counts, stream) = mpsc::channel(8);
        taker.send(counts).await.map_err(|_| Status::unavailable("the test is over"))?;
        Ok(Response::new(ReceiverStream::new(stream).boxed()))
    }
}

/// Serves all of them until soft.
pub(super) async fn serve(script: Arc<Script>, shutdown: &Shutdown) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let me = StandIn(script);
    let mut routes = RoutesBuilder::default();
    let most = 64 * 1024 * 1024;
    routes
        .add_service(identity::collection_service_server::CollectionServiceServer::new(me.clone()))
        .add_service(identity::consent_service_server::ConsentServiceServer::new(me.clone()))
        .add_service(identity::login_service_server::LoginServiceServer::new(me.clone()))
        .add_service(identity::person_service_server::PersonServiceServer::new(me.clone()))
        .add_service(identity::session_service_server::SessionServiceServer::new(me.clone()))
        .add_service(identity::step_up_service_server::StepUpServiceServer::new(me.clone()))
        .add_service(
            face::demo_authority_service_server::DemoAuthorityServiceServer::new(me.clone())
                .max_decoding_message_size(most),
        )
        .add_service(
            face::face_session_service_server::FaceSessionServiceServer::new(me.clone())
                .max_decoding_message_size(most),
        )
        .add_service(enterprise::application_service_server::ApplicationServiceServer::new(me.clone()))
        .add_service(enterprise::binding_service_server::BindingServiceServer::new(me.clone()))
        .add_service(enterprise::registry_service_server::RegistryServiceServer::new(me.clone()))
        .add_service(messaging::demo_sms_service_server::DemoSmsServiceServer::new(me.clone()))
        .add_service(messaging::inbox_service_server::InboxServiceServer::new(me));
    let (routes, soft) = (routes.routes(), shutdown.hard());
    shutdown.spawn("stand-ins", async move {
        let incoming = TcpListenerStream::new(listener);
        let server = Server::builder().add_routes(routes);
        drop(server.serve_with_incoming_shutdown(incoming, soft.cancelled_owned()).await);
    });
    address
}
