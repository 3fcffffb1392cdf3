//! `LoginService`.

use std::sync::Arc;

use shiming_kernel::CallContext;
use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::login_service_server::LoginService;
use shiming_rpc::convert::meta;
use shiming_rpc::serve;
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::App;
use crate::app::login::log_in::{LogIn, log_in};
use crate::app::login::send_login_code::{SendLoginCode, send_login_code};
use crate::error::IdentityError;

#[derive(Clone, Debug)]
pub(crate) struct LoginApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl LoginService for LoginApi {
    async fn send_login_code(
        &self,
        request: Request<wire::SendLoginCodeRequest>,
    ) -> Result<Response<wire::SendLoginCodeResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let command =
                SendLoginCode { document: convert::document(ask.document)?, mobile: ask.mobile.into() };
            send_login_code(&self.0, &call, meta, &command).await?;
            let (lifetime, resend_after) = convert::code_times(&self.0);
            Ok::<_, IdentityError>(wire::SendLoginCodeResponse { lifetime, resend_after })
        })
        .await
    }

    async fn log_in(
        &self,
        request: Request<wire::LogInRequest>,
    ) -> Result<Response<wire::LogInResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let call = described(call, ask.client);
            let command = LogIn {
                document: convert::document(ask.document)?,
                mobile: ask.mobile.into(),
                code: ask.code.into(),
            };
            let (session_token, session) = convert::opened(log_in(&self.0, &call, meta, &command).await?);
            Ok::<_, IdentityError>(wire::LogInResponse { session_token, session })
        })
        .await
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
