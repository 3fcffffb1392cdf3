//! `RegistryService`.

use std::sync::Arc;

use futures::TryStreamExt as _;
use shiming_proto::enterprise::v1::registry_service_server::RegistryService;
use shiming_proto::enterprise::v1::{
    ImportEnterprisesRequest, ImportEnterprisesResponse, LookUpEnterpriseRequest, LookUpEnterpriseResponse,
};
use shiming_rpc::context;
use tonic::{Request, Response, Status, Streaming};

use super::convert;
use crate::app::{self, App};
use crate::error::EnterpriseBindingError;

/// Takes the registry in, and finds enterprises in it.
#[derive(Clone)]
pub(crate) struct RegistryApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl RegistryService for RegistryApi {
    async fn import_enterprises(
        &self,
        request: Request<Streaming<ImportEnterprisesRequest>>,
    ) -> Result<Response<ImportEnterprisesResponse>, Status> {
        let caller = context(&request);
        let rows = request.into_inner().map_ok(|request| convert::row(request.row));
        let summary = app::import_enterprises(&self.0, &caller, rows).await?;
        Ok(Response::new(convert::summary(summary)))
    }

    async fn look_up_enterprise(
        &self,
        request: Request<LookUpEnterpriseRequest>,
    ) -> Result<Response<LookUpEnterpriseResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let identifier = convert::identifier(&request.identifier).map_err(EnterpriseBindingError::from)?;
        let found = app::look_up_enterprise(&self.0, &caller, identifier).await?;
        Ok(Response::new(LookUpEnterpriseResponse { enterprise: Some(convert::enterprise(&found)) }))
    }
}
