//! An outside authority that serves `ComparisonService`, behind the real layers: only face-auth may ask.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use shiming_face_auth::ExternalConfig;
use shiming_proto::face::v1::comparison_service_server::{ComparisonService, ComparisonServiceServer};
use shiming_proto::face::v1::{CompareFaceRequest, CompareFaceResponse, ComparisonOutcome};
use shiming_rpc::{Listeners, NoSessions, PolicyTable, ServerBuilder};
use shiming_runtime::Shutdown;
use shiming_runtime::config::{DurationText, ListenConfig};
use tonic::{Request, Response, Status};

use super::lock;

#[derive(Clone, Default)]
pub(crate) struct Register(Arc<Mutex<State>>);

#[derive(Default)]
pub(crate) struct State {
    /// What every comparison finds.
    pub(crate) answer: CompareFaceResponse,
    /// Refuses every call with this instead.
    pub(crate) fault: Option<Status>,
    /// Takes calls and never answers.
    pub(crate) is_silent: bool,
    /// What was asked.
    pub(crate) asked: Vec<CompareFaceRequest>,
}

impl Register {
    pub(crate) async fn start(listen: &ListenConfig, shutdown: &Shutdown) -> (Self, ExternalConfig) {
        let register = Self::default();
        register.finds(ComparisonOutcome::Same, 0.91);
        let listeners = Listeners::loopback().await.unwrap();
        let uri = format!("http://{}", listeners.grpc_address().unwrap());
        let policies = PolicyTable::of(&["shiming.face.v1.ComparisonService"]).unwrap();
        let server = ServerBuilder::new("register", listen, policies, Arc::new(NoSessions), shutdown.clone());
        let service =
            ComparisonServiceServer::new(register.clone()).max_decoding_message_size(9 * 1024 * 1024);
        server.add(service).spawn(listeners);
        (register, ExternalConfig { uri, tls: None, timeout: DurationText(Duration::from_millis(600)) })
    }

    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        lock(&self.0)
    }

    pub(crate) fn finds(&self, outcome: ComparisonOutcome, similarity: f32) {
        self.state().answer = CompareFaceResponse { outcome: outcome.into(), similarity, threshold: 0.8 };
    }

    pub(crate) fn fails(&self, fault: Option<Status>) {
        self.state().fault = fault;
    }
}

#[tonic::async_trait]
impl ComparisonService for Register {
    async fn compare_face(
        &self,
        request: Request<CompareFaceRequest>,
    ) -> Result<Response<CompareFaceResponse>, Status> {
        let (answer, fault, is_silent) = {
            let mut state = self.state();
            state.asked.push(request.into_inner());
            (state.answer, state.fault.clone(), state.is_silent)
        };
        if is_silent {
            std::future::pending::<()>().await;
        }
        fault.map_or(Ok(Response::new(answer)), Err)
    }
}
