//! `ApplicationService`.

use std::sync::Arc;

use shiming_proto::enterprise::v1::application_service_server::ApplicationService;
use shiming_proto::enterprise::v1::{
    DecideApplicationRequest, DecideApplicationResponse, ListApplicationsRequest, ListApplicationsResponse,
    SubmitApplicationRequest, SubmitApplicationResponse,
};
use shiming_rpc::convert::{meta, optional_id, page, parse_id, required_text};
use shiming_rpc::{coded, serve};
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
        serve(request, |call, ask| async move {
            let command = SubmitApplication {
                enterprise_id: parse_id("enterprise_id", &ask.enterprise_id)?,
                enterprise_etag: required_text("enterprise_etag", &ask.enterprise_etag)?.to_owned(),
                role: coded("role", ask.role)?,
            };
            let submitted = app::submit_application(&self.0, &call, meta(&ask)?, &command).await?;
            let binding = Some(convert::binding(&submitted, None));
            Ok::<_, EnterpriseBindingError>(SubmitApplicationResponse { binding })
        })
        .await
    }

    async fn list_applications(
        &self,
        request: Request<ListApplicationsRequest>,
    ) -> Result<Response<ListApplicationsResponse>, Status> {
        serve(request, |call, ask| async move {
            let query = ListApplications {
                enterprise_id: optional_id("enterprise_id", &ask.enterprise_id)?,
                page: page(ask.page_size, &ask.page_token)?,
            };
            let found = app::list_applications(&self.0, &call, &query).await?;
            let applications = found.items.iter().map(convert::application).collect();
            let next_page_token = found.next_page_token;
            Ok::<_, EnterpriseBindingError>(ListApplicationsResponse { applications, next_page_token })
        })
        .await
    }

    async fn decide_application(
        &self,
        request: Request<DecideApplicationRequest>,
    ) -> Result<Response<DecideApplicationResponse>, Status> {
        serve(request, |call, ask| async move {
            let command = DecideApplication {
                binding_id: parse_id("binding_id", &ask.binding_id)?,
                decision: coded("decision", ask.decision)?,
                etag: required_text("etag", &ask.etag)?.to_owned(),
            };
            let decided = app::decide_application(&self.0, &call, meta(&ask)?, &command).await?;
            let application = Some(convert::application(&decided));
            Ok::<_, EnterpriseBindingError>(DecideApplicationResponse { application })
        })
        .await
    }
}
