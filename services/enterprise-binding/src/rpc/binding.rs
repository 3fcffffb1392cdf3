//! `BindingService`.

use std::sync::Arc;

use shiming_kernel::{BindingId, CallContext};
use shiming_proto::enterprise::v1::binding_service_server::BindingService;
use shiming_proto::enterprise::v1::{
    ListBindingsRequest, ListBindingsResponse, RefreshBindingsRequest, RefreshBindingsResponse,
    SwitchEnterpriseRequest, SwitchEnterpriseResponse,
};
use shiming_rpc::convert::{meta, page, parse_id};
use shiming_rpc::{coded, serve, session_token};
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{self, App, ListBindings};
use crate::error::EnterpriseBindingError;

/// Shows people whom they may act for, and lets them.
#[derive(Clone)]
pub(crate) struct BindingApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl BindingService for BindingApi {
    async fn list_bindings(
        &self,
        request: Request<ListBindingsRequest>,
    ) -> Result<Response<ListBindingsResponse>, Status> {
        serve(request, |call, ask| async move {
            let page = page(ask.page_size, &ask.page_token)?;
            let states = ask.states.iter().map(|state| coded("states", *state)).collect::<Result<_, _>>()?;
            let query = ListBindings { states, page };
            let found = app::list_bindings(&self.0, &call, query).await?;
            let bindings = convert::bindings(&found.items, acting_by(&call));
            let next_page_token = found.next_page_token;
            Ok::<_, EnterpriseBindingError>(ListBindingsResponse { bindings, next_page_token })
        })
        .await
    }

    async fn refresh_bindings(
        &self,
        request: Request<RefreshBindingsRequest>,
    ) -> Result<Response<RefreshBindingsResponse>, Status> {
        serve(request, |call, ask| async move {
            let bound = app::refresh_bindings(&self.0, &call, meta(&ask)?).await?;
            let bindings = convert::bindings(&bound, acting_by(&call));
            Ok::<_, EnterpriseBindingError>(RefreshBindingsResponse { bindings })
        })
        .await
    }

    async fn switch_enterprise(
        &self,
        request: Request<SwitchEnterpriseRequest>,
    ) -> Result<Response<SwitchEnterpriseResponse>, Status> {
        let token = session_token(&request);
        serve(request, |call, ask| async move {
            let token = token.ok_or(EnterpriseBindingError::NoSession)?;
            let binding_id = parse_id("binding_id", &ask.binding_id)?;
            let (token, view) =
                app::switch_enterprise(&self.0, &call, meta(&ask)?, binding_id, &token).await?;
            let acting_by = if ask.validate_only { acting_by(&call) } else { Some(view.binding.id) };
            let binding = Some(convert::binding(&view, acting_by));
            let session_token = token.into_inner();
            Ok::<_, EnterpriseBindingError>(SwitchEnterpriseResponse { session_token, binding })
        })
        .await
    }
}

fn acting_by(caller: &CallContext) -> Option<BindingId> {
    caller.session.as_ref().and_then(|session| session.binding_id)
}
