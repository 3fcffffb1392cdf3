//! `RegistryService`.

use std::sync::Arc;

use futures::TryStreamExt as _;
use shiming_proto::enterprise::v1::registry_service_server::RegistryService;
use shiming_proto::enterprise::v1::{
    ImportEnterprisesRequest, ImportEnterprisesResponse, LookUpEnterpriseRequest, LookUpEnterpriseResponse,
};
use shiming_rpc::status::from_error;
use shiming_rpc::{context, serve};
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
        let rows = request.into_inner().map_err(Interrupted::ByStream);
        let rows = rows.map_ok(|request| convert::row(request.row));
        match app::import_enterprises(&self.0, &caller, rows).await {
            Ok(summary) => Ok(Response::new(convert::summary(summary))),
            Err(Interrupted::ByStream(status)) => Err(status),
            Err(Interrupted::ByError(error)) => Err(from_error(&error)),
        }
    }

    async fn look_up_enterprise(
        &self,
        request: Request<LookUpEnterpriseRequest>,
    ) -> Result<Response<LookUpEnterpriseResponse>, Status> {
        serve(request, |call, ask| async move {
            let identifier = convert::identifier(&ask.identifier)?;
            let found = app::look_up_enterprise(&self.0, &call, identifier).await?;
            let enterprise = Some(convert::enterprise(&found));
            Ok::<_, EnterpriseBindingError>(LookUpEnterpriseResponse { enterprise })
        })
        .await
    }
}

/// Why an import ended early.
enum Interrupted {
    ByStream(Status),
    ByError(EnterpriseBindingError),
}

impl From<EnterpriseBindingError> for Interrupted {
    fn from(error: EnterpriseBindingError) -> Self {
        Self::ByError(error)
    }
}
