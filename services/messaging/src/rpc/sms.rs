//! `SmsService`.

use std::sync::Arc;

use shiming_proto::messaging::v1::sms_service_server::SmsService;
use shiming_proto::messaging::v1::{SendSmsRequest, SendSmsResponse};
use shiming_rpc::context;
use shiming_rpc::status::from_error;
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::{self, App};
use crate::error::MessagingError;

/// Sends text messages.
#[derive(Clone)]
pub(crate) struct SmsApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl SmsService for SmsApi {
    async fn send_sms(&self, request: Request<SendSmsRequest>) -> Result<Response<SendSmsResponse>, Status> {
        let caller = context(&request);
        let provider = async {
            let command = convert::send_sms(&request.into_inner())?;
            app::send_sms(&self.0, &caller, &command).await
        };
        let provider = provider.await.map_err(|error: MessagingError| from_error(&error))?;
        Ok(Response::new(SendSmsResponse { provider: provider.to_owned() }))
    }
}
