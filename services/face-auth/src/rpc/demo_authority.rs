//! `DemoAuthorityService`. Mounted only where demo citizens are configured.

use std::sync::Arc;

use shiming_proto::face::v1::demo_authority_service_server::DemoAuthorityService;
use shiming_proto::face::v1::{SetDemoReferenceRequest, SetDemoReferenceResponse};
use shiming_rpc::context;
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{self, App};

/// Stands for the authority in the demo.
#[derive(Clone)]
pub(crate) struct DemoAuthorityApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl DemoAuthorityService for DemoAuthorityApi {
    async fn set_demo_reference(
        &self,
        request: Request<SetDemoReferenceRequest>,
    ) -> Result<Response<SetDemoReferenceResponse>, Status> {
        let caller = context(&request);
        let command = convert::set_demo_reference(request.into_inner(), self.0.clock.now())?;
        app::set_demo_reference(&self.0, &caller, command).await?;
        Ok(Response::new(SetDemoReferenceResponse {}))
    }
}
