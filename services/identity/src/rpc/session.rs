//! `SessionService`.

use std::sync::Arc;

use shiming_kernel::Redacted;
use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::session_service_server::SessionService;
use shiming_rpc::convert::{InvalidField, meta, optional_id};
use shiming_rpc::{Repeater, serve};
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::session::log_out::{LogOut, log_out};
use crate::app::session::set_session_enterprise::{SetSessionEnterprise, set_session_enterprise};
use crate::app::sessions::SessionView;
use crate::app::{App, acting, sessions};
use crate::domain::session::ActingFor;
use crate::error::IdentityError;

#[derive(Clone, Debug)]
pub(crate) struct SessionApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl SessionService for SessionApi {
    async fn get_session(
        &self,
        request: Request<wire::GetSessionRequest>,
    ) -> Result<Response<wire::GetSessionResponse>, Status> {
        // The layers have just found it, and counted this as its use.
        let found = request.extensions().get::<SessionView>().cloned();
        serve(request, |_call, _ask| async move {
            let view = found.ok_or(IdentityError::SessionInvalid)?;
            Ok::<_, IdentityError>(wire::GetSessionResponse { session: Some(convert::session(view)) })
        })
        .await
    }

    async fn log_out(
        &self,
        request: Request<wire::LogOutRequest>,
    ) -> Result<Response<wire::LogOutResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let command = LogOut { token: ask.session_token.into() };
            log_out(&self.0, &call, meta, &command).await?;
            Ok::<_, IdentityError>(wire::LogOutResponse {})
        })
        .await
    }

    async fn introspect_session(
        &self,
        request: Request<wire::IntrospectSessionRequest>,
    ) -> Result<Response<wire::IntrospectSessionResponse>, Status> {
        serve(request, |_call, ask| async move {
            let found = match &ask.renewal {
                Some(renewal) => {
                    let by = Repeater::Browser(Some(&renewal.device_hash));
                    sessions::find_renewed(&self.0, &ask.session_token, by).await?
                }
                None => sessions::find(&self.0, &ask.session_token, !ask.passive).await?,
            };
            let view = found.ok_or(IdentityError::SessionInvalid)?;
            Ok::<_, IdentityError>(wire::IntrospectSessionResponse { session: Some(convert::session(view)) })
        })
        .await
    }

    async fn end_enterprise_context(
        &self,
        request: Request<wire::EndEnterpriseContextRequest>,
    ) -> Result<Response<wire::EndEnterpriseContextResponse>, Status> {
        serve(request, |call, ask| async move {
            let bindings = convert::ended_bindings(&ask.binding_ids)?;
            let mut session_count = 0;
            for binding in bindings {
                session_count += acting::end(&self.0, &call, binding).await?;
            }
            let session_count = i32::try_from(session_count).unwrap_or(i32::MAX);
            Ok::<_, IdentityError>(wire::EndEnterpriseContextResponse { session_count })
        })
        .await
    }

    async fn set_session_enterprise(
        &self,
        request: Request<wire::SetSessionEnterpriseRequest>,
    ) -> Result<Response<wire::SetSessionEnterpriseResponse>, Status> {
        let token = own_token(&request);
        serve(request, |call, ask| async move {
            let token = token?;
            let meta = meta(&ask)?;
            let enterprise = optional_id("enterprise_id", &ask.enterprise_id)?;
            let binding = optional_id("binding_id", &ask.binding_id)?;
            let target = match (enterprise, binding) {
                (Some(enterprise_id), Some(binding_id)) => Some(ActingFor { enterprise_id, binding_id }),
                (None, None) => None,
                (Some(_), None) => return Err(InvalidField::missing("binding_id").into()),
                (None, Some(_)) => return Err(InvalidField::missing("enterprise_id").into()),
            };
            let command = SetSessionEnterprise { target };
            let renewed = set_session_enterprise(&self.0, &call, meta, &token, &command).await?;
            let (session_token, session) = convert::opened(renewed);
            Ok::<_, IdentityError>(wire::SetSessionEnterpriseResponse { session_token, session })
        })
        .await
    }
}

/// The token of the session this call is made in; the layers have checked it already.
pub(super) fn own_token<T>(request: &Request<T>) -> Result<Redacted<String>, IdentityError> {
    shiming_rpc::session_token(request).ok_or(IdentityError::SessionInvalid)
}
