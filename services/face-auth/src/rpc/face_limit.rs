//! `FaceLimitService`.

use std::sync::Arc;

use shiming_proto::face::v1::face_limit_service_server::FaceLimitService;
use shiming_proto::face::v1::{
    GetFaceLimitsRequest, GetFaceLimitsResponse, ListRiskEventsRequest, ListRiskEventsResponse,
    LockFaceRequest, LockFaceResponse, UnlockFaceRequest, UnlockFaceResponse,
};
use shiming_rpc::context;
use tonic::{Request, Response, Status};

use super::convert_limits as convert;
use crate::app::{self, App};
use crate::error::FaceAuthError;

/// Shows and changes limits.
#[derive(Clone)]
pub(crate) struct FaceLimitApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl FaceLimitService for FaceLimitApi {
    async fn get_face_limits(
        &self,
        request: Request<GetFaceLimitsRequest>,
    ) -> Result<Response<GetFaceLimitsResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let (person, purpose) = convert::get_face_limits(&request, self.0.clock.now())?;
        let limits = app::get_face_limits(&self.0, &caller, &person, &purpose).await?;
        Ok(Response::new(GetFaceLimitsResponse { limits: Some(convert::limits(limits)) }))
    }

    async fn lock_face(
        &self,
        request: Request<LockFaceRequest>,
    ) -> Result<Response<LockFaceResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let command = convert::lock_face(&request, self.0.clock.now())?;
        let limits = app::change_lock(&self.0, &caller, &command).await?;
        Ok(Response::new(LockFaceResponse { limits: Some(convert::limits(limits)) }))
    }

    async fn unlock_face(
        &self,
        request: Request<UnlockFaceRequest>,
    ) -> Result<Response<UnlockFaceResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let command = convert::unlock_face(&request, self.0.clock.now())?;
        let limits = app::change_lock(&self.0, &caller, &command).await?;
        Ok(Response::new(UnlockFaceResponse { limits: Some(convert::limits(limits)) }))
    }

    async fn list_risk_events(
        &self,
        request: Request<ListRiskEventsRequest>,
    ) -> Result<Response<ListRiskEventsResponse>, Status> {
        let request = request.into_inner();
        let (kind, page_size) = convert::list_risk_events(&request).map_err(FaceAuthError::from)?;
        let page = app::list_risk_events(&self.0, kind, page_size, &request.page_token).await?;
        Ok(Response::new(convert::risk_events(page)))
    }
}
