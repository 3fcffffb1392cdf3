//! `BindingService`.

use std::sync::Arc;

use shiming_kernel::{BindingId, CallContext};
use shiming_proto::enterprise::v1::binding_service_server::BindingService;
use shiming_proto::enterprise::v1::{
    ListBindingsRequest, ListBindingsResponse, RefreshBindingsRequest, RefreshBindingsResponse,
    SwitchEnterpriseRequest, SwitchEnterpriseResponse,
};
use shiming_rpc::convert::{page, parse_id, request_meta};
use shiming_rpc::{context, session_token};
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
        let (caller, request) = (context(&request), request.into_inner());
        let found = async {
            let page = page(request.page_size, &request.page_token)?;
            let states = convert::states(&request.states)?;
            let page_token = page.token.unwrap_or_default();
            let query = ListBindings { states, page_size: page.size, page_token };
            app::list_bindings(&self.0, &caller, query).await
        };
        let found = found.await?;
        let acting_by = acting_by(&caller);
        let bindings = found.items.iter().map(|view| convert::binding(view, acting_by)).collect();
        Ok(Response::new(ListBindingsResponse { bindings, next_page_token: found.next_page_token }))
    }

    async fn refresh_bindings(
        &self,
        request: Request<RefreshBindingsRequest>,
    ) -> Result<Response<RefreshBindingsResponse>, Status> {
        let (caller, request) = (context(&request), request.into_inner());
        let meta =
            request_meta(&request.request_id, request.validate_only).map_err(EnterpriseBindingError::from)?;
        let bound = app::refresh_bindings(&self.0, &caller, meta).await?;
        let acting_by = acting_by(&caller);
        let bindings = bound.iter().map(|view| convert::binding(view, acting_by)).collect();
        Ok(Response::new(RefreshBindingsResponse { bindings }))
    }

    async fn switch_enterprise(
        &self,
        request: Request<SwitchEnterpriseRequest>,
    ) -> Result<Response<SwitchEnterpriseResponse>, Status> {
        let (caller, token) = (context(&request), session_token(&request));
        let request = request.into_inner();
        let switched = async {
            let token = token.ok_or(EnterpriseBindingError::NoSession)?;
            let meta = request_meta(&request.request_id, request.validate_only)?;
            let binding_id = parse_id::<BindingId>("binding_id", &request.binding_id)?;
            app::switch_enterprise(&self.0, &caller, token, binding_id, meta).await
        };
        let (token, view) = switched.await?;
        let acting_by = if request.validate_only { acting_by(&caller) } else { Some(view.binding.id) };
        let binding = Some(convert::binding(&view, acting_by));
        Ok(Response::new(SwitchEnterpriseResponse { session_token: token.into_inner(), binding }))
    }
}

fn acting_by(caller: &CallContext) -> Option<BindingId> {
    caller.session.as_ref().and_then(|session| session.binding_id)
}
