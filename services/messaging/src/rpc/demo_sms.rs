//! `DemoSmsService`: the demo's phone. Mounted only when the console provider sends and the demo is on.

use std::sync::Arc;

use shiming_proto::messaging::v1::demo_sms_service_server::DemoSmsService;
use shiming_proto::messaging::v1::{DemoSms, ListDemoSmsRequest, ListDemoSmsResponse};
use shiming_rpc::convert::timestamp;
use shiming_rpc::serve;
use tonic::{Request, Response, Status};

use super::convert;
use crate::clients::sms::ConsoleSms;
use crate::error::MessagingError;

/// Shows what the console provider sent.
#[derive(Clone)]
pub(crate) struct DemoSmsApi(pub(crate) Arc<ConsoleSms>);

#[tonic::async_trait]
impl DemoSmsService for DemoSmsApi {
    async fn list_demo_sms(
        &self,
        request: Request<ListDemoSmsRequest>,
    ) -> Result<Response<ListDemoSmsResponse>, Status> {
        serve(request, |_call, ask| async move {
            let sent = self.0.sent_to(&convert::mobile(&ask.mobile)?).into_iter();
            let messages = sent
                .map(|sms| DemoSms { text: sms.text.into_inner(), send_time: Some(timestamp(sms.send_time)) })
                .collect();
            Ok::<_, MessagingError>(ListDemoSmsResponse { messages })
        })
        .await
    }
}
