//! Text messages with one-time codes, by messaging.

use async_trait::async_trait;
use shiming_identifiers::Mobile;
use shiming_kernel::{Redacted, RequestId};
use shiming_proto::messaging::v1::sms_service_client::SmsServiceClient;
use shiming_proto::messaging::v1::{SendSmsRequest, SmsTemplate};
use shiming_rpc::ClientChannel;
use shiming_rpc::status::Problem;

use crate::error::BoxedCause;

/// A code on its way to a phone. Debug shows neither.
#[derive(Clone, Debug)]
pub struct CodeMessage {
    /// Where to.
    pub mobile: Mobile,
    /// Six digits.
    pub code: Redacted<String>,
    /// How long the code lives, in whole minutes, for the wording.
    pub minutes: u64,
    /// A repetition with the same id sends nothing.
    pub request_id: RequestId,
}

/// The message was not taken.
#[derive(Debug, thiserror::Error)]
#[error("sms not taken")]
pub struct SmsError(#[source] pub BoxedCause);

/// Sends one-time codes.
#[async_trait]
pub trait SmsSender: Send + Sync {
    /// Hands the message over; `Ok` means that the provider has it.
    async fn send_code(&self, message: CodeMessage) -> Result<(), SmsError>;
}

/// Sends through the messaging service.
#[derive(Clone, Debug)]
pub struct MessagingSms(SmsServiceClient<ClientChannel>);

impl MessagingSms {
    /// Through a channel to messaging.
    pub fn new(messaging: ClientChannel) -> Self {
        Self(SmsServiceClient::new(messaging))
    }
}

#[async_trait]
impl SmsSender for MessagingSms {
    async fn send_code(&self, message: CodeMessage) -> Result<(), SmsError> {
        let params = [
            ("code".to_owned(), message.code.into_inner()),
            ("minutes".to_owned(), message.minutes.to_string()),
        ];
        let request = SendSmsRequest {
            mobile: message.mobile.as_str().to_owned(),
            template: SmsTemplate::Code.into(),
            params: params.into_iter().collect(),
            request_id: message.request_id.to_string(),
            validate_only: false,
        };
        let sent = self.0.clone().send_sms(request).await;
        sent.map(drop).map_err(|status| {
            let problem = Problem::from_status(&status);
            tracing::warn!(reason = %problem.reason, kind = %problem.kind(), "sms not taken");
            SmsError(Box::new(status))
        })
    }
}
