//! `DemoAuthorityService`. Mounted only where demo citizens are configured.

use std::sync::Arc;

use shiming_proto::face::v1::demo_authority_service_server::DemoAuthorityService;
use shiming_proto::face::v1::{SetDemoReferenceRequest, SetDemoReferenceResponse};
use shiming_rpc::convert::meta;
use shiming_rpc::serve;
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{self, App};
use crate::error::FaceAuthError;

/// Stands for the authority in the demo.
#[derive(Clone)]
pub(crate) struct DemoAuthorityApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl DemoAuthorityService for DemoAuthorityApi {
    async fn set_demo_reference(
        &self,
        request: Request<SetDemoReferenceRequest>,
    ) -> Result<Response<SetDemoReferenceResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let command = convert::set_demo_reference(ask, self.0.store.now())?;
            app::set_demo_reference(&self.0, &call, meta, &command).await?;
            Ok::<_, FaceAuthError>(SetDemoReferenceResponse {})
        })
        .await
    }
}
