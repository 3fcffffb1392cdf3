//! `AuthorityService`.

use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use shiming_kernel::CallContext;
use shiming_proto::face::v1::authority_service_server::AuthorityService;
use shiming_proto::face::v1::{
    GetEngineInfoRequest, GetEngineInfoResponse, ImportReferencesRequest, ImportReferencesResponse, Reference,
};
use shiming_rpc::{context, serve};
use tonic::{Request, Response, Status, Streaming};

use super::convert;
use crate::app::{self, App};

/// Takes reference faces in.
#[derive(Clone)]
pub(crate) struct AuthorityApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl AuthorityService for AuthorityApi {
    type ImportReferencesStream = BoxStream<'static, Result<ImportReferencesResponse, Status>>;

    async fn import_references(
        &self,
        request: Request<Streaming<ImportReferencesRequest>>,
    ) -> Result<Response<Self::ImportReferencesStream>, Status> {
        let (caller, rows) = (Arc::new(context(&request)), request.into_inner());
        let app = Arc::clone(&self.0);
        let at_once = app.rules.imports_at_once;
        let results = rows.map(move |row| {
            let (app, caller) = (Arc::clone(&app), Arc::clone(&caller));
            async move { Ok(import(&app, &caller, row?.reference.unwrap_or_default()).await) }
        });
        Ok(Response::new(results.buffered(at_once).boxed()))
    }

    async fn get_engine_info(
        &self,
        request: Request<GetEngineInfoRequest>,
    ) -> Result<Response<GetEngineInfoResponse>, Status> {
        serve(
            request,
            |_call, _ask| async move { app::get_engine_info(&self.0).await.map(convert::engine_info) },
        )
        .await
    }
}

async fn import(app: &App, caller: &CallContext, reference: Reference) -> ImportReferencesResponse {
    let row_id = reference.row_id.clone();
    let stored = match convert::reference_row(reference, app.store.now()) {
        Ok(row) => app::import_reference(app, caller, row).await,
        Err(error) => Err(error),
    };
    convert::row_result(row_id, stored)
}
