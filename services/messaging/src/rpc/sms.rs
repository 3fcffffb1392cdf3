//! `SmsService`.

use std::sync::Arc;

use shiming_proto::messaging::v1::sms_service_server::SmsService;
use shiming_proto::messaging::v1::{SendSmsRequest, SendSmsResponse};
use shiming_rpc::convert::meta;
use shiming_rpc::serve;
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
        serve(request, |call, ask| async move {
            let command = convert::send_sms(&ask)?;
            let provider = app::send_sms(&self.0, &call, meta(&ask)?, &command).await?;
            Ok::<_, MessagingError>(SendSmsResponse { provider: provider.to_owned() })
        })
        .await
    }
}
