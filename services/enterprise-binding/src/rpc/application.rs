//! `ApplicationService`.

use std::sync::Arc;

use shiming_proto::enterprise::v1::application_service_server::ApplicationService;
use shiming_proto::enterprise::v1::{
    DecideApplicationRequest, DecideApplicationResponse, ListApplicationsRequest, ListApplicationsResponse,
    SubmitApplicationRequest, SubmitApplicationResponse,
};
use shiming_rpc::context;
use shiming_rpc::convert::{optional_id, page, parse_id, request_meta, required_text};
use shiming_rpc::status::from_error;
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{self, App, DecideApplication, ListApplications, SubmitApplication};
use crate::error::EnterpriseBindingError;

/// Takes applications and decisions.
#[derive(Clone)]
pub(crate) struct ApplicationApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl ApplicationService for ApplicationApi {
    async fn submit_application(
        &self,
        request: Request<SubmitApplicationRequest>,
    ) -> Result<Response<SubmitApplicationResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let submitted = async {
            let meta = request_meta(&request.request_id, request.validate_only)?;
            let command = SubmitApplication {
                enterprise_id: parse_id("enterprise_id", &request.enterprise_id)?,
                enterprise_etag: required_text("enterprise_etag", &request.enterprise_etag)?.to_owned(),
                role: convert::role(request.role)?,
            };
            app::submit_application(&self.0, &caller, command, meta).await
        };
        let binding = Some(convert::binding(&submitted.await?, None));
        Ok(Response::new(SubmitApplicationResponse { binding }))
    }

    async fn list_applications(
        &self,
        request: Request<ListApplicationsRequest>,
    ) -> Result<Response<ListApplicationsResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let found = async {
            let page = page(request.page_size, &request.page_token)?;
            let query = ListApplications {
                enterprise_id: optional_id("enterprise_id", &request.enterprise_id)?,
                page_size: page.size,
                page_token: page.token.unwrap_or_default(),
            };
            app::list_applications(&self.0, &caller, query).await
        };
        let found = found.await.map_err(|error: EnterpriseBindingError| from_error(&error))?;
        let applications = found.items.iter().map(convert::application).collect();
        Ok(Response::new(ListApplicationsResponse { applications, next_page_token: found.next_page_token }))
    }

    async fn decide_application(
        &self,
        request: Request<DecideApplicationRequest>,
    ) -> Result<Response<DecideApplicationResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let decided = async {
            let meta = request_meta(&request.request_id, request.validate_only)?;
            let command = DecideApplication {
                binding_id: parse_id("binding_id", &request.binding_id)?,
                decision: convert::decision(request.decision)?,
                etag: required_text("etag", &request.etag)?.to_owned(),
            };
            app::decide_application(&self.0, &caller, command, meta).await
        };
        let application = Some(convert::application(&decided.await?));
        Ok(Response::new(DecideApplicationResponse { application }))
    }
}
