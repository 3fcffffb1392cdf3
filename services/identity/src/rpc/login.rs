//! `LoginService`.

use std::sync::Arc;

use shiming_kernel::CallContext;
use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::login_service_server::LoginService;
use shiming_rpc::convert::request_meta;
use shiming_rpc::status::answer;
use tonic::{Request, Response, Status};

use super::{convert, split};
use crate::app::App;
use crate::app::log_in::{LogIn, log_in};
use crate::app::send_login_code::{SendLoginCode, send_login_code};
use crate::error::IdentityError;

#[derive(Clone, Debug)]
pub(super) struct Logins(pub(super) Arc<App>);

#[tonic::async_trait]
impl LoginService for Logins {
    async fn send_login_code(
        &self,
        request: Request<wire::SendLoginCodeRequest>,
    ) -> Result<Response<wire::SendLoginCodeResponse>, Status> {
        answer(self.send_code(request).await)
    }

    async fn log_in(
        &self,
        request: Request<wire::LogInRequest>,
    ) -> Result<Response<wire::LogInResponse>, Status> {
        answer(self.open(request).await)
    }
}

impl Logins {
    async fn send_code(
        &self,
        request: Request<wire::SendLoginCodeRequest>,
    ) -> Result<wire::SendLoginCodeResponse, IdentityError> {
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let command =
            SendLoginCode { document: convert::document(message.document)?, mobile: message.mobile.into() };
        send_login_code(&self.0, &caller, meta, &command).await?;
        let (lifetime, resend_after) = convert::code_times(&self.0);
        Ok(wire::SendLoginCodeResponse { lifetime, resend_after })
    }

    async fn open(&self, request: Request<wire::LogInRequest>) -> Result<wire::LogInResponse, IdentityError> {
        let (caller, message) = split(request);
        let meta = request_meta(&message.request_id, message.validate_only)?;
        let caller = described(caller, message.client);
        let command = LogIn {
            document: convert::document(message.document)?,
            mobile: message.mobile.into(),
            code: message.code.into(),
        };
        let (session_token, session) = convert::opened(log_in(&self.0, &caller, meta, &command).await?);
        Ok(wire::LogInResponse { session_token, session })
    }
}

/// The call with what the request itself says of the browser, where the metadata say nothing.
fn described(mut caller: CallContext, client: Option<wire::ClientDescription>) -> CallContext {
    let Some(client) = client else { return caller };
    let text = |text: &str| (!text.is_empty()).then(|| text.chars().take(200).collect::<String>());
    caller.client.user_agent = caller.client.user_agent.or_else(|| text(&client.user_agent));
    caller.client.ip_hash = caller.client.ip_hash.or_else(|| text(&client.address_hash));
    caller
}
