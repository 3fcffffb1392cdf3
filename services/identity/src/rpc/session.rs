//! `SessionService`.

use std::sync::Arc;

use shiming_kernel::Redacted;
use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::session_service_server::SessionService;
use shiming_rpc::convert::{InvalidField, optional_id, request_meta};
use shiming_rpc::status::answer;
use tonic::{Request, Response, Status};

use super::{convert, split};
use crate::app::log_out::{LogOut, log_out};
use crate::app::sessions::SessionView;
use crate::app::set_session_enterprise::{SetSessionEnterprise, set_session_enterprise};
use crate::app::{App, sessions};
use crate::domain::session::ActingFor;
use crate::error::IdentityError;

#[derive(Clone, Debug)]
pub(super) struct Sessions(pub(super) Arc<App>);

#[tonic::async_trait]
impl SessionService for Sessions {
    async fn get_session(
        &self,
        request: Request<wire::GetSessionRequest>,
    ) -> Result<Response<wire::GetSessionResponse>, Status> {
        answer(self.get(request).await)
    }

    async fn log_out(
        &self,
        request: Request<wire::LogOutRequest>,
    ) -> Result<Response<wire::LogOutResponse>, Status> {
        answer(self.end(request).await)
    }

    async fn introspect_session(
        &self,
        request: Request<wire::IntrospectSessionRequest>,
    ) -> Result<Response<wire::IntrospectSessionResponse>, Status> {
        answer(self.introspect(request).await)
    }

    async fn set_session_enterprise(
        &self,
        request: Request<wire::SetSessionEnterpriseRequest>,
    ) -> Result<Response<wire::SetSessionEnterpriseResponse>, Status> {
        answer(self.set_enterprise(request).await)
    }
}

impl Sessions {
    async fn get(
        &self,
        request: Request<wire::GetSessionRequest>,
    ) -> Result<wire::GetSessionResponse, IdentityError> {
        // The layers have just found it, and counted this as its use.
        let view = request.extensions().get::<SessionView>().ok_or(IdentityError::SessionInvalid)?.clone();
        Ok(wire::GetSessionResponse { session: Some(convert::session(view)) })
    }

    async fn end(
        &self,
        request: Request<wire::LogOutRequest>,
    ) -> Result<wire::LogOutResponse, IdentityError> {
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let command = LogOut { token: message.session_token.into() };
        log_out(&self.0, &caller, meta, &command).await?;
        Ok(wire::LogOutResponse {})
    }

    async fn introspect(
        &self,
        request: Request<wire::IntrospectSessionRequest>,
    ) -> Result<wire::IntrospectSessionResponse, IdentityError> {
        let message = request.into_inner();
        let found = sessions::find(&self.0, &message.session_token, !message.passive).await?;
        let view = found.ok_or(IdentityError::SessionInvalid)?;
        Ok(wire::IntrospectSessionResponse { session: Some(convert::session(view)) })
    }

    async fn set_enterprise(
        &self,
        request: Request<wire::SetSessionEnterpriseRequest>,
    ) -> Result<wire::SetSessionEnterpriseResponse, IdentityError> {
        let token = own_token(&request)?;
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let enterprise = optional_id("enterprise_id", &message.enterprise_id)?;
        let binding = optional_id("binding_id", &message.binding_id)?;
        let target = match (enterprise, binding) {
            (Some(enterprise_id), Some(binding_id)) => Some(ActingFor { enterprise_id, binding_id }),
            (None, None) => None,
            (Some(_), None) => return Err(InvalidField::missing("binding_id").into()),
            (None, Some(_)) => return Err(InvalidField::missing("enterprise_id").into()),
        };
        let command = SetSessionEnterprise { target };
        let renewed = set_session_enterprise(&self.0, &caller, meta, &token, &command).await?;
        let (session_token, session) = convert::opened(renewed);
        Ok(wire::SetSessionEnterpriseResponse { session_token, session })
    }
}

/// The token of the session this call is made in; the layers have checked it already.
pub(super) fn own_token<T>(request: &Request<T>) -> Result<Redacted<String>, IdentityError> {
    shiming_rpc::session_token(request).ok_or(IdentityError::SessionInvalid)
}
