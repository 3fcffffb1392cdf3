//! `FaceSessionService`.

use std::sync::Arc;

use shiming_proto::face::v1::face_session_service_server::FaceSessionService;
use shiming_proto::face::v1::{
    CreateFaceSessionRequest, CreateFaceSessionResponse, RedeemFaceResultRequest, RedeemFaceResultResponse,
    SubmitCaptureRequest, SubmitCaptureResponse,
};
use shiming_rpc::context;
use tonic::{Request, Response, Status, Streaming};

use super::{capture, convert};
use crate::app::{self, App};

/// Opens sessions, takes captures in, hands results out.
#[derive(Clone)]
pub(crate) struct FaceSessionApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl FaceSessionService for FaceSessionApi {
    async fn create_face_session(
        &self,
        request: Request<CreateFaceSessionRequest>,
    ) -> Result<Response<CreateFaceSessionResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let command = convert::create_face_session(&request, self.0.clock.now())?;
        let opened = app::create_face_session(&self.0, &caller, &command).await?;
        Ok(Response::new(convert::opened(opened, request.validate_only)))
    }

    async fn submit_capture(
        &self,
        request: Request<Streaming<SubmitCaptureRequest>>,
    ) -> Result<Response<SubmitCaptureResponse>, Status> {
        let (caller, mut parts) = (context(&request), request.into_inner());
        let limits = self.0.rules.capture;
        let (face_session_id, capture_token) = capture::header(&mut parts, limits).await?;
        let admission = app::admit_capture(&self.0, face_session_id, &capture_token).await?;
        let images = capture::images(&mut parts, limits).await?;
        let passed = app::submit_capture(&self.0, caller, admission, images).await?;
        Ok(Response::new(convert::passed(passed)))
    }

    async fn redeem_face_result(
        &self,
        request: Request<RedeemFaceResultRequest>,
    ) -> Result<Response<RedeemFaceResultResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let command = convert::redeem_face_result(&request)?;
        let redeemed = app::redeem_face_result(&self.0, &caller, &command).await?;
        Ok(Response::new(convert::redeemed(redeemed)))
    }
}
