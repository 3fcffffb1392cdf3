//! `FaceLimitService`.

use std::sync::Arc;

use shiming_proto::face::v1::face_limit_service_server::FaceLimitService;
use shiming_proto::face::v1::{
    GetFaceLimitsRequest, GetFaceLimitsResponse, ListRiskEventsRequest, ListRiskEventsResponse,
    LockFaceRequest, LockFaceResponse, UnlockFaceRequest, UnlockFaceResponse,
};
use shiming_rpc::convert::meta;
use shiming_rpc::serve;
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
        serve(request, |call, ask| async move {
            let (person, purpose) = convert::get_face_limits(&ask, self.0.store.now())?;
            let limits = app::get_face_limits(&self.0, &call, &person, &purpose).await?;
            Ok::<_, FaceAuthError>(GetFaceLimitsResponse { limits: Some(convert::limits(limits)) })
        })
        .await
    }

    async fn lock_face(
        &self,
        request: Request<LockFaceRequest>,
    ) -> Result<Response<LockFaceResponse>, Status> {
        serve(request, |call, ask| async move {
            let command = convert::lock_face(&ask, self.0.store.now())?;
            let limits = app::change_lock(&self.0, &call, meta(&ask)?, &command).await?;
            Ok::<_, FaceAuthError>(LockFaceResponse { limits: Some(convert::limits(limits)) })
        })
        .await
    }

    async fn unlock_face(
        &self,
        request: Request<UnlockFaceRequest>,
    ) -> Result<Response<UnlockFaceResponse>, Status> {
        serve(request, |call, ask| async move {
            let command = convert::unlock_face(&ask, self.0.store.now())?;
            let limits = app::change_lock(&self.0, &call, meta(&ask)?, &command).await?;
            Ok::<_, FaceAuthError>(UnlockFaceResponse { limits: Some(convert::limits(limits)) })
        })
        .await
    }

    async fn list_risk_events(
        &self,
        request: Request<ListRiskEventsRequest>,
    ) -> Result<Response<ListRiskEventsResponse>, Status> {
        serve(request, |_call, ask| async move {
            let (kind, page) = convert::list_risk_events(&ask)?;
            let page = app::list_risk_events(&self.0, kind, &page).await?;
            Ok::<_, FaceAuthError>(convert::risk_events(page))
        })
        .await
    }
}
