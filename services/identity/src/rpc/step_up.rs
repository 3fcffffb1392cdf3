//! `StepUpService`.

use std::sync::Arc;

use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::step_up_service_server::StepUpService;
use shiming_rpc::convert::{parse_id, request_meta};
use shiming_rpc::status::answer;
use tonic::{Request, Response, Status};

use super::session::own_token;
use super::{convert, split};
use crate::app::App;
use crate::app::begin_step_up::{BeginStepUp, begin_step_up};
use crate::app::complete_step_up::{CompleteStepUp, complete_step_up};
use crate::error::IdentityError;

#[derive(Clone, Debug)]
pub(super) struct StepUps(pub(super) Arc<App>);

#[tonic::async_trait]
impl StepUpService for StepUps {
    async fn begin_step_up(
        &self,
        request: Request<wire::BeginStepUpRequest>,
    ) -> Result<Response<wire::BeginStepUpResponse>, Status> {
        answer(self.begin(request).await)
    }

    async fn complete_step_up(
        &self,
        request: Request<wire::CompleteStepUpRequest>,
    ) -> Result<Response<wire::CompleteStepUpResponse>, Status> {
        answer(self.complete(request).await)
    }
}

impl StepUps {
    async fn begin(
        &self,
        request: Request<wire::BeginStepUpRequest>,
    ) -> Result<wire::BeginStepUpResponse, IdentityError> {
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let command = BeginStepUp { consent: convert::consent(message.consent)? };
        let ticket = begin_step_up(&self.0, &caller, meta, &command).await?;
        Ok(wire::BeginStepUpResponse { face_session: ticket.map(convert::ticket) })
    }

    async fn complete(
        &self,
        request: Request<wire::CompleteStepUpRequest>,
    ) -> Result<wire::CompleteStepUpResponse, IdentityError> {
        let token = own_token(&request)?;
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let command =
            CompleteStepUp { face_session_id: parse_id("face_session_id", &message.face_session_id)? };
        let renewed = complete_step_up(&self.0, &caller, meta, &token, &command).await?;
        let (session_token, session) = convert::opened(renewed);
        Ok(wire::CompleteStepUpResponse { session_token, session })
    }
}
