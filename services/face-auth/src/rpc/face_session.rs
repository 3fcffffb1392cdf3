//! `FaceSessionService`.

use std::sync::Arc;

use shiming_proto::face::v1::face_session_service_server::FaceSessionService;
use shiming_proto::face::v1::{
    CheckHostedFaceRequest, CheckHostedFaceResponse, CreateFaceSessionRequest, CreateFaceSessionResponse,
    IssueChallengeRequest, IssueChallengeResponse, ListResultKeysRequest, ListResultKeysResponse,
    RedeemFaceResultRequest, RedeemFaceResultResponse, SubmitCaptureRequest, SubmitCaptureResponse,
};
use shiming_rpc::convert::meta;
use shiming_rpc::{context, serve};
use tonic::{Request, Response, Status, Streaming};

use super::{capture, convert, hosted};
use crate::app::{self, App};
use crate::error::FaceAuthError;

/// Opens sessions, takes captures in, hands results out.
#[derive(Clone)]
pub(crate) struct FaceSessionApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl FaceSessionService for FaceSessionApi {
    async fn create_face_session(
        &self,
        request: Request<CreateFaceSessionRequest>,
    ) -> Result<Response<CreateFaceSessionResponse>, Status> {
        serve(request, |call, ask| async move {
            let (app, meta) = (&self.0, meta(&ask)?);
            let command = convert::create_face_session(&ask, app.store.now())?;
            let follower = hosted::openid(&ask.wechat_openid)?;
            let opened = app::create_face_session(app, &call, meta, &command).await?;
            let session = opened.face_session_id;
            let ticket =
                app::begin_hosted_check(app, &call, meta, &command, session, follower.as_ref()).await?;
            let hosted = ticket.map(hosted::check);
            Ok::<_, FaceAuthError>(convert::opened(opened, hosted, meta.validate_only))
        })
        .await
    }

    async fn issue_challenge(
        &self,
        request: Request<IssueChallengeRequest>,
    ) -> Result<Response<IssueChallengeResponse>, Status> {
        serve(request, |call, ask| async move {
            let (command, meta) = (convert::issue_challenge(&ask)?, meta(&ask)?);
            let issued = app::issue_challenge(&self.0, &call, meta, &command).await?;
            Ok::<_, FaceAuthError>(convert::issued(issued, &self.0.rules, meta.validate_only))
        })
        .await
    }

    async fn submit_capture(
        &self,
        request: Request<Streaming<SubmitCaptureRequest>>,
    ) -> Result<Response<SubmitCaptureResponse>, Status> {
        let (caller, mut parts) = (context(&request), request.into_inner());
        let limits = self.0.rules.capture;
        let header = capture::header(&mut parts, limits).await?;
        let mut admission = app::admit_capture(&self.0, &caller, header).await?;
        let frames = capture::frames(&mut parts, &mut admission, limits).await?;
        let passed = app::submit_capture(&self.0, caller, admission, frames).await?;
        Ok(Response::new(convert::passed(passed)))
    }

    async fn check_hosted_face(
        &self,
        request: Request<CheckHostedFaceRequest>,
    ) -> Result<Response<CheckHostedFaceResponse>, Status> {
        serve(request, |call, ask| async move {
            let command = hosted::check_hosted_face(&ask)?;
            let passed = app::check_hosted_face(&self.0, &call, meta(&ask)?, &command).await?;
            Ok::<_, FaceAuthError>(hosted::passed(passed))
        })
        .await
    }

    async fn list_result_keys(
        &self,
        _request: Request<ListResultKeysRequest>,
    ) -> Result<Response<ListResultKeysResponse>, Status> {
        Ok(Response::new(convert::result_keys(self.0.results.public_keys())))
    }

    async fn redeem_face_result(
        &self,
        request: Request<RedeemFaceResultRequest>,
    ) -> Result<Response<RedeemFaceResultResponse>, Status> {
        serve(request, |call, ask| async move {
            let command = convert::redeem_face_result(&ask)?;
            let redeemed = app::redeem_face_result(&self.0, &call, meta(&ask)?, &command).await?;
            Ok::<_, FaceAuthError>(convert::redeemed(redeemed))
        })
        .await
    }
}
