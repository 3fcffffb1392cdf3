//! `StepUpService`.

use std::sync::Arc;

use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::step_up_service_server::StepUpService;
use shiming_rpc::convert::{meta, parse_id};
use shiming_rpc::serve;
use tonic::{Request, Response, Status};

use super::convert;
use super::session::own_token;
use crate::app::App;
use crate::app::step_up::begin_step_up::{BeginStepUp, begin_step_up};
use crate::app::step_up::complete_step_up::{CompleteStepUp, complete_step_up};
use crate::error::IdentityError;

#[derive(Clone, Debug)]
pub(crate) struct StepUpApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl StepUpService for StepUpApi {
    async fn begin_step_up(
        &self,
        request: Request<wire::BeginStepUpRequest>,
    ) -> Result<Response<wire::BeginStepUpResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let command = BeginStepUp { consent: convert::consent(ask.consent)? };
            let ticket = begin_step_up(&self.0, &call, meta, &command).await?;
            Ok::<_, IdentityError>(wire::BeginStepUpResponse { face_session: ticket.map(convert::ticket) })
        })
        .await
    }

    async fn complete_step_up(
        &self,
        request: Request<wire::CompleteStepUpRequest>,
    ) -> Result<Response<wire::CompleteStepUpResponse>, Status> {
        let token = own_token(&request);
        serve(request, |call, ask| async move {
            let token = token?;
            let meta = meta(&ask)?;
            let command =
                CompleteStepUp { face_session_id: parse_id("face_session_id", &ask.face_session_id)? };
            let renewed = complete_step_up(&self.0, &call, meta, &token, &command).await?;
            let (session_token, session) = convert::opened(renewed);
            Ok::<_, IdentityError>(wire::CompleteStepUpResponse { session_token, session })
        })
        .await
    }
}
